"""For Python under libfaketime (tests/faults/test_clocks.py), which takes the moment of the steady clock until which
Python sleeps for one of the wall clock, and fails. Here it sleeps for an interval."""

import select
import time

time.sleep = lambda seconds: select.select((), (), (), seconds)
