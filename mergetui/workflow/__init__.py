"""The use cases, without a screen: refresh, review, approve, connect, doctor, demo."""
