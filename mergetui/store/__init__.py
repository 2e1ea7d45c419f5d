"""The local memory: the only room with SQL. ``ledger.db``, ``mirror.db``, snapshot files, the runner's lock.

Every process opens its own ``Ledger`` and ``Mirror``; all methods are synchronous and may be called from any thread.
"""

from mergetui.store.ledger import Ledger
from mergetui.store.lock import RunnerLock
from mergetui.store.mark import PairMark
from mergetui.store.mirror import Mirror
from mergetui.store.sets import StakeRow
from mergetui.store.snapshots import Snapshots

__all__ = ["Ledger", "Mirror", "PairMark", "RunnerLock", "Snapshots", "StakeRow"]
