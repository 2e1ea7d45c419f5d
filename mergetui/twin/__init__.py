"""How the CRMs behave: a deterministic World changed by ``world.apply(event, at)``. Time and seed are arguments."""
