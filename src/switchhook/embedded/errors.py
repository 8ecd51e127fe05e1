"""Why the embedded PostgreSQL cannot be used, in a sentence that names the remedy."""

from switchhook.core.errors import Misconfigured, SwitchhookError


class NoBinaries(Misconfigured):
    """This platform has no wheel that carries PostgreSQL."""

    code = "embedded_no_binaries"


class FolderUnreachable(Misconfigured):
    """The account that runs PostgreSQL may not enter the data folder."""

    code = "embedded_folder_unreachable"


class VersionMismatch(Misconfigured):
    """The cluster was made by another major version of PostgreSQL."""

    code = "embedded_version_mismatch"


class ClusterFailed(SwitchhookError):
    """PostgreSQL did not start or stop; the message holds the end of its own output."""

    code = "embedded_cluster_failed"
