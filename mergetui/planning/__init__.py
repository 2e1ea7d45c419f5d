"""DECIDE: master, survivorship, checks, forecast, plan. Values in, values out: no clock, no I/O."""
