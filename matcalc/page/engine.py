"""Python for a browser: the files of Pyodide that a site serves itself, of one release, known by its hash.

They come from the archive of the npm package, which npm fetches from the registry that this machine is set to; it is
kept in the folder where the system keeps what can be fetched again. Here they are run once, by node, to compile.
"""

from __future__ import annotations

import json
import os
import sys
import tarfile
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha512
from io import BytesIO
from pathlib import Path
from shutil import which
from subprocess import DEVNULL, PIPE, SubprocessError, TimeoutExpired, run
from tempfile import TemporaryDirectory

from matcalc.diagnostics import fail
from matcalc.files import FileError, contents
from matcalc.page.bytecode import archived, members

VERSION = "314.0.7"  # CPython 3.14.2
INTEGRITY = "0YvXxEhfEdpLfb/XkM2BFAeMROq0iMUX2bzzH9pOttyMcWkwq+HbE5uyuGD82LN7y2q+SNvi/6V5JEsOlD2R1A=="  # SHA-512
_LIBRARY = "python_stdlib.zip"
FILES = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", _LIBRARY)
_LOCK = "pyodide-lock.json"  # of which nothing is needed but what it says of the release
NOTICE = f"""These files are those of the npm package pyodide {VERSION}: Mozilla Public License 2.0; the source is in
the repository that the package names. They hold CPython and its library: Python Software Foundation License.
{_LOCK} has no list of packages here, and {_LIBRARY} may hold bytecode for sources; all others are unchanged.
"""
_SCRIPT = Path(__file__).with_name("compile.mjs")
_NAME = f"pyodide-{VERSION}.tgz"
_MOST = 50_000_000  # bytes of an archive
_PATIENCE = 300.0  # seconds for a download


def engine(archive: str = "") -> dict[str, bytes]:
    """The files by name with a notice, from an `archive`, the one that was kept, or npm.

    Raises InputError where there is none, or where it is another one.
    """
    data = _read(Path(archive)) if archive else _kept() or _fetched()
    if not is_known(data):
        said = archive or "what npm fetched"
        raise fail("M1204", f"{said} is not the archive of Pyodide {VERSION}: its SHA-512 differs",
                   fixes=(f"npm pack pyodide@{VERSION}",))
    found = {"NOTICE.txt": NOTICE.encode()}
    with tarfile.open(fileobj=BytesIO(data), mode="r:gz") as packed:
        for name in (*FILES, _LOCK):
            stream = packed.extractfile(f"package/{name}")
            assert stream is not None, "an archive with this hash has the file"
            found[name] = stream.read()
    lock = {**json.loads(found[_LOCK]), "packages": {}}
    return {**found, _LOCK: json.dumps(lock, sort_keys=True).encode()}


def compiled(files: Mapping[str, bytes], own: bytes) -> tuple[dict[str, bytes], bytes]:
    """The files, and an archive of Python, with bytecode for sources, where node is there to run them once: a browser
    would compile the same at every visit."""
    node = which("node")
    if node is None:
        return {**files}, own
    with TemporaryDirectory() as folder:
        place = Path(folder)
        for name, data in {**files, "own.zip": own, "compile.mjs": _SCRIPT.read_bytes()}.items():
            (place / name).write_bytes(data)
        try:
            run([node, "compile.mjs", _LIBRARY, "own.zip"], cwd=place, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL,
                timeout=_PATIENCE, check=True)
        except (OSError, SubprocessError):  # an old node: the sources do as well, later
            return {**files}, own
        library, own = (archived(members((place / name).read_bytes())) for name in (_LIBRARY, "own.zip"))
    return {**files, _LIBRARY: library}, own


def is_known(data: bytes) -> bool:
    """Whether an archive is the one whose hash is written here."""
    return b64encode(sha512(data).digest()).decode() == INTEGRITY


def cache() -> Path:
    """The folder of what matcalc can fetch again for this user."""
    if os.name == "nt":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "matcalc" / "cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "matcalc"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "matcalc"


def _read(file: Path) -> bytes:
    try:
        return contents(file, _MOST)
    except FileError as wrong:
        raise fail("M1204", f"{file}: {wrong}") from None


def _kept() -> bytes:
    """The archive that was fetched before; nothing where there is none, or a damaged one."""
    try:
        data = contents(cache() / _NAME, _MOST)
    except (FileError, RuntimeError):  # a user without a home
        return b""
    return data if is_known(data) else b""


def _fetched() -> bytes:
    """The archive as npm fetches it, kept for the next time."""
    npm = which("npm")
    if npm is None:
        raise fail("M1204", f"Pyodide {VERSION} is fetched with npm, which is not installed here; where it is, "
                   f"`npm pack pyodide@{VERSION}` makes {_NAME}", fixes=(f"--pyodide {_NAME}",))
    with TemporaryDirectory() as folder:
        command = [npm, "pack", f"pyodide@{VERSION}", "--silent", "--ignore-scripts", "--pack-destination", folder]
        try:
            done = run(command, cwd=folder, stdin=DEVNULL, stdout=DEVNULL, stderr=PIPE, timeout=_PATIENCE, check=False)
        except (OSError, TimeoutExpired) as trouble:
            raise _not_fetched(str(trouble)) from None
        file = Path(folder) / _NAME
        if done.returncode or not file.is_file():
            raise _not_fetched(done.stderr.decode("utf-8", "replace"))
        data = _read(file)
    if is_known(data):
        _keep(data)
    return data


def _not_fetched(said: str) -> Exception:
    line = next((line.strip() for line in said.splitlines() if line.strip()), "no reason was given")
    return fail("M1204", f"npm did not fetch Pyodide {VERSION}: {line}", fixes=(f"--pyodide {_NAME}",))


def _keep(data: bytes) -> None:
    """Put the archive into the cache in one step; a folder that cannot be written keeps nothing."""
    try:
        folder = cache()
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / f"{_NAME}.{os.getpid()}"
        part.write_bytes(data)
        part.replace(folder / _NAME)
    except (OSError, RuntimeError):
        pass
