"""What stands before every request: host check, headers, limits, outage, health."""
