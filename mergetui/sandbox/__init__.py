"""Two real HTTP servers over the twin: demo people, faults, a clock that can be moved."""
