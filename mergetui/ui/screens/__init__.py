"""Screens: each asks the desk, shows the answer and sends the person's intents."""
