"""Versions of the evidence: what is proposed, what is written, in which order, and what is refused."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from metasyn.errors import EvidenceError, MetasynError, OptionError, ReportError, WorkspaceError
from metasyn.evidence.intake.read import read_intake
from metasyn.workspace.building.build import build
from metasyn.workspace.extraction.export import export_tables
from metasyn.workspace.extraction.intake import import_tables
from metasyn.workspace.project import Project
from metasyn.workspace.release import writing as releases
from metasyn.workspace.release.plan import PlannedRelease, plan_release
from metasyn.workspace.release.writing import tidy_releases, write_release
from metasyn.workspace.staleness.hashing import hash_folder

MAY, NOVEMBER = "2026-05-01", "2026-11-21"


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny project after its first release; tests work on copies."""
    folder = tmp_path_factory.mktemp("first") / "project"
    template = Path(__file__).parents[1] / "tiny_project"
    shutil.copytree(template, folder, ignore=shutil.ignore_patterns("__pycache__"))
    release(Project(folder), date=MAY)
    return folder


@pytest.fixture
def project(first: Path, tmp_path: Path) -> Project:
    folder = tmp_path / "project"
    shutil.copytree(first, folder)
    return Project(folder)


def release(project: Project, **options: str) -> PlannedRelease:
    planned = plan_release(project, **{"date": NOVEMBER, **options})
    write_release(planned)
    tidy_releases(project)
    return planned


def edit(path: Path, old: str, new: str) -> None:
    before = path.read_text(encoding="utf-8")
    assert before.count(old) == 1
    path.write_text(before.replace(old, new), encoding="utf-8")


def correct(project: Project) -> None:
    """A typo in a bound, which moves a result."""
    edit(project.data / "results.csv", "0.95,0.68,1.33,0.95", "0.95,0.68,1.30,0.95")


def files(folder: Path) -> dict[str, bytes]:
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def record(project: Project) -> dict[str, object]:
    document = json.loads((project.data / "release.json").read_text())
    assert isinstance(document, dict)
    return document


def members(content: bytes) -> Mapping[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_first_version(project: Project) -> None:
    found = record(project)
    archive = (project.data / "releases" / "1.0.0.zip").read_bytes()
    assert (found["version"], found["date"], found["step"]) == ("1.0.0", MAY, "first")
    assert found["sha256"] == hashlib.sha256(archive).hexdigest()
    inside = members(archive)
    tables = {f"data/{path.name}" for path in project.data.glob("*.csv")}
    scripts = {f"analyses/{name}.py" for name in project.names()}
    reports = {f"reports/{name}/results.json" for name in project.names()}
    assert set(inside) == tables | scripts | reports | {"release.json"}
    assert all(inside[name] == (project.root / name).read_bytes() for name in tables | scripts)
    assert json.loads(inside["release.json"])["sha256"] == ""
    assert "## 1.0.0 (2026-05-01)" in (project.data / "CHANGELOG.md").read_text()


def test_nothing_changed_nothing_written(project: Project) -> None:
    before = files(project.root)
    planned = release(project)
    assert planned.release is None
    assert planned.proposal.step == "none"
    assert files(project.root) == before
    with pytest.raises(OptionError, match="nothing has changed"):
        plan_release(project, version="1.0.1")


def test_a_corrected_figure_is_a_minor_version(project: Project) -> None:
    correct(project)
    planned = release(project)
    assert planned.release is not None
    assert (planned.release.version, planned.release.step) == ("1.1.0", "minor")
    assert "time to waking" in planned.release.reason
    assert planned.release.trigger == "1 row corrected"
    found = record(project)
    assert [one["version"] for one in found["past"]] == ["1.0.0"]  # type: ignore[attr-defined]
    changelog = (project.data / "CHANGELOG.md").read_text()
    assert changelog.index("## 1.1.0 (2026-11-21)") < changelog.index("## 1.0.0 (2026-05-01)")
    assert "BO-WAKING-1" in changelog
    assert plan_release(project).release is None


def test_data_without_effect_are_a_patch(project: Project) -> None:
    edit(
        project.data / "studies.csv",
        "Dee D. J Made Up 2022;4:30-39,,2022,fictional",
        "Dee D. J Made Up 2022;4:30-39,,2022,made up",
    )
    found = plan_release(project, date=NOVEMBER).release
    assert found is not None
    assert (found.version, found.step) == ("1.0.1", "patch")


def test_another_method_is_a_major_version(project: Project) -> None:
    script = project.script("tea_vs_water")
    edit(script, "import Analysis, Outcome", "import Analysis, Outcome, SynthesisSpec")
    edit(
        script,
        '    outcomes=[Outcome("sleep"',
        '    synthesis=SynthesisSpec(tau2_method="PM"),\n    outcomes=[Outcome("sleep"',
    )
    found = plan_release(project, date=NOVEMBER).release
    assert found is not None
    assert (found.version, found.step) == ("2.0.0", "major")


def test_a_new_and_a_lost_question_are_major(project: Project) -> None:
    project.script("sleep_with_tea").rename(project.script("nights_with_tea"))
    found = plan_release(project, date=NOVEMBER)
    assert found.release is not None
    assert found.release.version == "2.0.0"
    assert set(found.release.analyses) == {"nights_with_tea", "tea_vs_water"}


def test_a_comment_in_a_script_is_no_version(project: Project) -> None:
    script = project.script("tea_vs_water")
    script.write_text(script.read_text() + "# looked through\n")
    assert plan_release(project).release is None


def test_the_way_it_is_kept_is_a_patch(project: Project) -> None:
    (project.data / "living.toml").write_text('[living]\nstatus = "kept up to date"\n')
    found = release(project)
    assert found.release is not None
    assert (found.release.version, found.release.step) == ("1.0.1", "patch")
    assert "kept up to date" in found.note
    assert plan_release(project).release is None


def test_the_reports_say_the_numbers_of_the_archive(project: Project) -> None:
    correct(project)
    release(project)
    assert {done.state for done in build(project, project.names())} == {"built"}
    inside = members((project.data / "releases" / "1.1.0.zip").read_bytes())
    for name in project.names():
        assert (project.report(name) / "results.json").read_bytes() == inside[f"reports/{name}/results.json"]
    assert {done.state for done in build(project, project.names())} == {"up to date"}


def test_the_same_release_elsewhere_has_the_same_bytes(project: Project, tmp_path: Path) -> None:
    correct(project)
    other = Project(tmp_path / "elsewhere" / "deep")
    shutil.copytree(project.root, other.root)
    assert release(project).files.values()
    release(other)
    assert files(project.data) == files(other.data)


@pytest.mark.parametrize("survived", [0, 1, 2])
def test_a_release_that_dies_is_made_again(
    project: Project, monkeypatch: pytest.MonkeyPatch, survived: int
) -> None:
    correct(project)
    whole = plan_release(project, date=NOVEMBER)
    written = 0
    real = releases.replace_file

    def dying(path: Path, content: bytes) -> None:
        nonlocal written
        if written == survived:
            raise KeyboardInterrupt
        written += 1
        real(path, content)

    with monkeypatch.context() as patch:
        patch.setattr(releases, "replace_file", dying)
        with pytest.raises(KeyboardInterrupt):
            write_release(whole)
    assert record(project)["version"] == "1.0.0"
    # The user thinks again: what was left does not become part of the next version.
    edit(project.data / "results.csv", "0.95,0.68,1.30,0.95", "0.95,0.68,1.31,0.95")
    release(project, trigger="once more", version="1.2.0")
    assert record(project)["version"] == "1.2.0"
    assert sorted(path.name for path in (project.data / "releases").iterdir()) == ["1.0.0.zip", "1.2.0.zip"]
    changelog = (project.data / "CHANGELOG.md").read_text()
    assert "## 1.1.0" not in changelog
    assert changelog.count("## 1.2.0") == changelog.count("## 1.0.0") == 1


def test_what_a_dead_release_had_not_finished_goes_though_nothing_changed(project: Project) -> None:
    ours = ["releases/.1.1.0.zip.99999.tmp", ".CHANGELOG.md.99999.tmp", ".release.json.99999.tmp"]
    others = [".results.csv.99999.tmp", "releases/notes.tmp"]  # who writes tables does so without the lock
    for name in (*ours, *others):
        (project.data / name).write_bytes(b"half")
    before = files(project.data)
    assert release(project).release is None
    assert files(project.data) == {name: content for name, content in before.items() if name not in ours}


def test_what_a_dead_release_left_goes_though_nothing_changed(project: Project) -> None:
    before = files(project.data)
    correct(project)
    planned = plan_release(project, date=NOVEMBER)
    for path, content in list(planned.files.items())[:2]:
        path.write_bytes(content)
    edit(project.data / "results.csv", "0.95,0.68,1.30,0.95", "0.95,0.68,1.33,0.95")
    assert release(project).release is None
    assert files(project.data) == before


@pytest.mark.parametrize(
    ("damage", "kind", "said"),
    [
        (lambda p: edit(p.data / "results.csv", "0.95,0.68,1.33", "0.95,1.68,1.33"), EvidenceError, "ci_low"),
        (lambda p: p.script("tea_vs_water").write_text("1 +"), WorkspaceError, "^no release: .*tea_vs_water"),
        (lambda p: (p.data / "releases" / "1.0.0.zip").unlink(), WorkspaceError, "1.0.0.zip is missing"),
        (
            lambda p: (p.data / "releases" / "1.0.0.zip").write_bytes(b"PK"),
            WorkspaceError,
            "not as it was released",
        ),
        (
            lambda p: (p.data / "release.json").write_text("{}"),
            WorkspaceError,
            "not what 'metasyn release' wrote",
        ),
        (
            lambda p: edit(p.data / "release.json", f'"date": "{MAY}"', '"date": "2026-05-02"'),
            WorkspaceError,
            r"no release: data/release\.json says something else .*1\.0\.0\.zip \(date\).*; take it back",
        ),
        (lambda p: (p.data / "living.toml").write_text("[livin]"), WorkspaceError, "unknown 'livin'"),
    ],
)
def test_refused_with_nothing_written(
    project: Project, damage: Callable[[Project], object], kind: type[MetasynError], said: str
) -> None:
    damage(project)
    before = files(project.root)
    with pytest.raises(kind, match=said):
        release(project)
    assert files(project.root) == before


def test_a_lost_record_is_not_a_first_release(project: Project) -> None:
    correct(project)
    release(project)
    (project.data / "release.json").unlink()
    with pytest.raises(WorkspaceError, match="is missing, but there are 2 archives"):
        release(project)


def test_a_false_sentence_makes_no_release(project: Project) -> None:
    script = project.script("tea_vs_water")
    edit(script, "import Analysis, Outcome", "import Analysis, Claim, Outcome")
    claim = "Claim('Tea wakes people.', outcome='waking', direction='above')"
    edit(script, "outcomes=[", f"claims=[{claim}],\n    outcomes=[")
    before = files(project.root)
    with pytest.raises(ReportError, match=r"^no release: tea_vs_water: .*Tea wakes people") as caught:
        release(project)
    assert "\n" not in str(caught.value)
    assert files(project.root) == before


def test_a_date_before_the_last_version_is_refused(project: Project) -> None:
    correct(project)
    with pytest.raises(OptionError, match=r"--date is 2026-04-30, before version 1\.0\.0 of 2026-05-01"):
        plan_release(project, date="2026-04-30")
    with pytest.raises(OptionError, match="--trigger is empty"):
        plan_release(project, trigger=" ")


def test_an_edit_while_it_is_prepared_is_noticed(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    correct(project)
    from metasyn.analysis import run

    real = run.run_analysis

    def slow(*given: object) -> object:
        path = project.data / "sources.csv"
        path.write_text(path.read_text().replace("J Made Up 2019", "J Made-Up 2019"))
        return real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(run, "run_analysis", slow)
    with pytest.raises(WorkspaceError, match="edited while"):
        plan_release(project, date=NOVEMBER)


def test_the_tables_are_read_as_if_nothing_lay_beside_them(project: Project, tmp_path: Path) -> None:
    """Hash, export and import see tables only; an import keeps the releases where they are."""
    tiny = Path(__file__).parents[1] / "tiny_project" / "data"
    assert hash_folder(project.data, "*.csv") == hash_folder(tiny, "*.csv")
    export_tables(project.data, tmp_path / "out")
    assert all(path.suffix == ".csv" for path in (tmp_path / "out").rglob("*"))
    before = files(project.data)
    edit(tmp_path / "out" / "results.csv", "0.95,0.68,1.33", "0.95,0.68,1.30")
    assert import_tables(read_intake(tmp_path / "out"), project.data, replace=True).written
    after = files(project.data)
    assert {name for name in before if before[name] != after.get(name)} == {"results.csv"}
    assert set(before) == set(after)
