"""A small disk of its own for a test, that it can fill, enlarge and make read-only."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_MEGABYTE = 1_000_000


class Disk:
    """A file system in memory, mounted at `path`, which any account may pass through."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def fill(self) -> None:
        """Leave not one byte free."""
        with (self.path / "filling").open("ab", buffering=0) as file:
            for size in (_MEGABYTE, 4096, 1):
                try:
                    while True:
                        file.write(b"x" * size)
                except OSError:
                    continue

    def make_room(self) -> None:
        (self.path / "filling").unlink()

    def remount(self, options: str) -> None:
        subprocess.run(["mount", "-o", f"remount,{options}", self.path], check=True)


@contextmanager
def small_disk(megabytes: int = 30) -> Iterator[Disk]:
    """Mount a disk while the block runs; only root may, and not in every container."""
    if os.geteuid() != 0:
        pytest.skip("needs root")
    place = Path("/tmp") / f"small-{os.getpid()}"  # noqa: S108 - any account may pass
    place.mkdir(mode=0o711)
    options = f"size={megabytes}m,mode=711"
    mount = ["mount", "-t", "tmpfs", "-o", options, "none", place]
    mounted = subprocess.run(mount, capture_output=True, text=True, check=False)
    if mounted.returncode:
        place.rmdir()
        pytest.skip(f"needs to mount a disk: {mounted.stderr.strip()}")
    try:
        yield Disk(place)
    finally:
        subprocess.run(["umount", "-l", place], check=True)
        place.rmdir()
