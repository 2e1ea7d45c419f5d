"""What we know of the sync: window, settings (declared or inferred, with evidence), mapping, link states. Pure."""
