"""What every test shares: Hypothesis profiles."""

import os

from hypothesis import HealthCheck, settings

settings.register_profile("dev", deadline=None)
settings.register_profile(
    "ci",
    deadline=None,
    derandomize=True,  # the same examples on every run: a red build means a change, not luck
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],  # it fires on a loaded two-core machine
)
settings.load_profile("ci" if os.environ.get("CI") else "dev")
