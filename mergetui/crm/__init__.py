"""The outside world: the only room that speaks HTTP. Answers with records, raises ``errors.CrmProblem`` and its kin.

Nothing is imported here on purpose: httpx and keyring cost 200 ms and are loaded after the first paint.
"""
