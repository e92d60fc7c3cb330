"""Where a person may be sent after signing in."""

HOME = "/home"


def local_path(wanted: str | None) -> str:
    """Return `wanted` if it is a plain path of this site, else the home page (R-109)."""
    if not wanted or not wanted.startswith("/") or len(wanted) > 2000:
        return HOME
    if wanted[1:2] in ("/", "\\") or "\\" in wanted or not wanted.isprintable():
        return HOME
    return wanted
