"""The reporting regime: its questions, on the day after a deadline, and its jobs."""
