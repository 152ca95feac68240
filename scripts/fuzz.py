"""Feed everything that reads with what atheris makes of sound files: no crash, no hang, no stray write.

`python scripts/fuzz.py --seconds 600` gives each target of `tests/fuzz/fuzz_targets.py` its share of the
time, one after the other. What a target cannot stand is kept in a folder and named; turn it into a case
of `tests/fuzz/test_fuzz_findings.py`. atheris is not among our dependencies: `pip install atheris`.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# A single input that takes longer, or more memory, is a finding.
LONGEST_SECONDS, MOST_MEGABYTES = 20, 2_000


def fuzz_one(name: str, seconds: int, keep: Path) -> None:
    """Fuzz one target in this process, which atheris ends."""
    try:
        import atheris
    except ModuleNotFoundError:
        sys.exit("atheris is missing: pip install atheris (CPython 3.11 to 3.13 on Linux)")
    sys.path.insert(0, str(ROOT))
    with atheris.instrument_imports(include=["metasyn"]):
        from tests.fuzz.fuzz_targets import TARGETS, run_guarded

    target = TARGETS[name]
    corpus, scratch = keep / name, Path(tempfile.mkdtemp(prefix="metasyn-fuzz-"))
    corpus.mkdir(parents=True, exist_ok=True)
    for label, seed in target.seeds.items():
        (corpus / f"seed {label}".replace("/", "_")).write_bytes(seed)
    options = {
        "max_total_time": seconds,
        "timeout": LONGEST_SECONDS,
        "rss_limit_mb": MOST_MEGABYTES,
        "max_len": 60_000,
        "artifact_prefix": f"{keep}/{name}-",
        "print_final_stats": 1,
    }
    arguments = [f"-{option}={value}" for option, value in options.items()]
    atheris.Setup(
        [sys.argv[0], *arguments, str(corpus)],
        lambda data: run_guarded(target, data, scratch / "project"),
    )
    atheris.Fuzz()


def main() -> int:
    """Every target, or those that are named, each in a process of its own."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("targets", nargs="*", help="by default all of them")
    parser.add_argument("--seconds", type=int, default=600, help="for all targets together")
    parser.add_argument("--keep", type=Path, default=Path("fuzz-findings"), help="folder for inputs")
    parser.add_argument("--only", help=argparse.SUPPRESS)
    given = parser.parse_args()
    keep = given.keep.resolve()
    if given.only:
        fuzz_one(given.only, given.seconds, keep)
    sys.path.insert(0, str(ROOT))
    from tests.fuzz.fuzz_targets import TARGETS

    names = given.targets or list(TARGETS)
    unknown = sorted(set(names) - set(TARGETS))
    if unknown:
        parser.error(f"no target {', '.join(unknown)}; there are {', '.join(TARGETS)}")
    share = max(1, given.seconds // len(names))
    command = [sys.executable, __file__, "--keep", str(keep), "--seconds", str(share), "--only"]
    ended = {name: subprocess.run([*command, name], check=False).returncode for name in names}
    failed = [name for name, code in ended.items() if code]
    print(f"findings in {keep}: {', '.join(failed)}" if failed else "no findings")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
