"""The missed-call desk: who has not been called back yet."""
