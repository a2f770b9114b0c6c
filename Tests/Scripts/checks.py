"""What a run finds out, line by line."""

import sys


class Checks:
    """Each is told, and the failed ones are counted."""

    def __init__(self):
        self.failed = 0

    def __call__(self, what, condition, found=""):
        self.failed += not condition
        more = f": {found}" if found != "" and not condition else ""
        print(f"{'ok  ' if condition else 'FAIL'} {what}{more}", flush=True)

    def finish(self):
        """Ends the run."""
        print("all as it should be" if self.failed == 0 else f"{self.failed} not as they should be")
        sys.exit(1 if self.failed else 0)
