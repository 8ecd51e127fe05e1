from tests.dialing.installed import dialing_twin, phones  # noqa: F401 - fixtures of these tests
