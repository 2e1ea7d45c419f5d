"""SHOW: the cockpit. It knows ``workflow.ports`` and the views, shows state and sends intents; it has no rules."""
