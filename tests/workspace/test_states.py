"""Opening states of the evidence: folders, commits, releases, reports, and what is refused."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from metasyn.errors import EvidenceError, WorkspaceError
from metasyn.report.closing import software_versions
from metasyn.workspace.building.bench import Workbench
from metasyn.workspace.building.build import build
from metasyn.workspace.project import Project
from metasyn.workspace.staleness.hashing import hash_bytes
from metasyn.workspace.states.git_files import find_revision
from metasyn.workspace.states.opening import open_archive, open_last, open_state
from metasyn.workspace.states.origin import built_from

RESULTS = "data/results.csv"


def git(folder: Path, *arguments: str) -> str:
    """Run git with an identity of its own and without the settings of this machine."""
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false")
    done = subprocess.run(
        ["git", "-C", str(folder), *who, *arguments], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def commit(folder: Path, message: str) -> str:
    git(folder, "add", "--all", "--force")
    git(folder, "commit", "--quiet", "--message", message)
    return git(folder, "rev-parse", "HEAD")


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def report(versions: object = None, **further: object) -> bytes:
    """A results.json by other versions of the software unless told."""
    document = {
        "schema": "metasyn-result/1",
        "name": "tea_vs_water",
        "versions": versions or {"metasyn": "0"},
    }
    return json.dumps({**document, **further}).encode()


def archive(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, content in files.items():
            made.writestr(zipfile.ZipInfo(name), content)
    return out.getvalue()


def released(project: Path, version: str = "1.0.0", **further: bytes) -> dict[str, bytes]:
    """The files of a release of the project as it is."""
    found = [*project.glob("data/*.csv"), *project.glob("analyses/*.py")]
    files = {path.relative_to(project).as_posix(): path.read_bytes() for path in sorted(found)}
    return {**files, "release.json": json.dumps({"version": version}).encode(), **further}


def place_release(project: Path, version: str = "1.0.0") -> None:
    """A release and its record, as far as opening it looks."""
    (project / "data" / "releases").mkdir(exist_ok=True)
    content = archive(released(project, version))
    (project / f"data/releases/{version}.zip").write_bytes(content)
    record = {"schema": "metasyn-release/1", "version": version, "date": "2026-11-01", "trigger": "t"}
    record |= {"step": "first", "reason": "r", "analyses": {}, "living": {}, "software": {}}
    record |= {"sha256": hash_bytes(content), "past": []}
    (project / "data" / "release.json").write_text(json.dumps(record))


@pytest.fixture
def repository(tmp_path: Path, tiny_project: Path) -> Project:
    """The tiny project in a folder of a repository, committed, then edited and committed again."""
    top = tmp_path / "repository"
    root = top / "reviews" / "tea and sleep"
    shutil.copytree(tiny_project, root)
    git(tmp_path, "init", "--quiet", "--initial-branch", "main", str(top))
    commit(top, "first")
    git(top, "tag", "v1.0")
    edit(root / RESULTS, "0.72,0.55,0.94", "0.70,0.53,0.94")
    commit(top, "second")
    return Project(root)


def hr(state: object) -> str:
    """The hazard ratio that was edited, as the tables and as the evidence hold it."""
    content = state.tables["results.csv"].decode()
    (row,) = (line for line in content.splitlines() if line.startswith("AX-WAKING-1"))
    (result,) = (one for one in state.evidence.results if one.result_id == "AX-WAKING-1")
    assert f",{float(result.value):.2f}," in row
    return row.split(",")[8]


def test_the_working_folder(tiny_project):
    for given in (None, "."):
        state = open_state(Project(tiny_project), given)
        assert (state.label, state.version) == ("the working folder", "")
        assert sorted(state.analyses) == ["sleep_with_tea", "tea_vs_water"]
        assert state.tables["results.csv"] == (tiny_project / RESULTS).read_bytes()
        assert hr(state) == "0.72"
        assert (state.unreadable, state.results) == ({}, {})


@pytest.mark.parametrize(
    ("given", "value"),
    [("HEAD", "0.70"), ("v1.0", "0.72"), ("main~1", "0.72"), ("main", "0.70"), ("HEAD^{commit}", "0.70")],
)
def test_revisions_of_a_project_inside_a_repository(repository, given, value):
    edit(repository.root / RESULTS, "0.70,0.53,0.94", "0.69,0.53,0.94")
    state = open_state(repository, given)
    assert (state.label, hr(state)) == (given, value)
    assert sorted(state.analyses) == ["sleep_with_tea", "tea_vs_water"]
    assert hr(open_state(repository)) == "0.69"


def test_reading_a_revision_changes_nothing(repository):
    (repository.root / "new.txt").write_text("not committed")
    before = {path: path.stat().st_mtime_ns for path in sorted(repository.root.parents[1].rglob("*"))}
    open_state(repository, "v1.0")
    assert {path: path.stat().st_mtime_ns for path in sorted(repository.root.parents[1].rglob("*"))} == before


def test_a_revision_by_its_hash_and_in_a_hook_of_another_repository(repository, tmp_path, monkeypatch):
    git(tmp_path, "init", "--quiet", str(tmp_path / "other"))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other" / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "nowhere"))
    commit_hash = find_revision(repository.root, "v1.0").commit
    monkeypatch.undo()
    assert commit_hash == git(repository.root, "rev-parse", "v1.0")
    assert hr(open_state(repository, commit_hash[:10])) == "0.72"


@pytest.mark.parametrize("given", ["nonsense", "main~9", "v1.0..main", "--help", "HEAD:data", "a b", ""])
def test_what_is_no_state(repository, given):
    with pytest.raises(WorkspaceError) as caught:
        open_state(repository, given)
    assert "\n" not in str(caught.value)
    assert "git knows no revision" in str(caught.value)


def test_two_revisions_in_one_word_get_a_hint(repository):
    with pytest.raises(WorkspaceError, match="write two states as two words"):
        open_state(repository, "v1.0..main")


def test_without_a_repository_and_without_git(tiny_project, monkeypatch):
    project = Project(tiny_project)
    with pytest.raises(WorkspaceError, match=r"no such file or folder, and .* lies in no git repository\.$"):
        open_state(project, "HEAD")
    with pytest.raises(WorkspaceError, match="nothing to compare with: no release"):
        open_last(project)
    monkeypatch.setenv("PATH", str(tiny_project))
    with pytest.raises(WorkspaceError, match="git is not installed"):
        open_state(project, "HEAD")


def test_nothing_committed_yet(tiny_project):
    git(tiny_project, "init", "--quiet")
    with pytest.raises(WorkspaceError, match="no release of this evidence, and git knows no revision 'HEAD'"):
        open_last(Project(tiny_project))


def test_a_shallow_clone_is_named(repository, tmp_path):
    source = repository.root.parents[1].as_uri()
    git(tmp_path, "clone", "--quiet", "--depth", "1", source, str(tmp_path / "clone"))
    clone = Project(tmp_path / "clone" / "reviews" / "tea and sleep")
    assert hr(open_state(clone, "HEAD")) == "0.70"
    with pytest.raises(WorkspaceError, match="git fetch --unshallow"):
        open_state(clone, "HEAD~1")


def test_a_revision_without_the_project(repository):
    git(repository.root, "rm", "--quiet", "-r", "data")
    commit(repository.root, "gone")
    with pytest.raises(WorkspaceError, match=r"^HEAD: there are no evidence tables in data/\.$"):
        open_state(repository, "HEAD")


def test_broken_tables_name_the_state(repository):
    edit(repository.root / RESULTS, "0.70,0.53,0.94", "0.70,0.93,0.94")
    commit(repository.root, "broken")
    with pytest.raises(EvidenceError) as caught:
        open_state(repository, "HEAD")
    assert all(finding.where.startswith("HEAD: data/results.csv line 4") for finding in caught.value.findings)


def test_a_script_that_cannot_be_loaded_is_kept_with_the_reason(repository):
    path = repository.root / "analyses" / "tea_vs_water.py"
    edit(path, "measure=", "meassure=")
    (repository.root / "analyses" / "_helper.py").write_text("1 / 0")
    commit(repository.root, "typing error")
    for given in ("HEAD", None):
        state = open_state(repository, given)
        assert list(state.analyses) == ["sleep_with_tea"]
        assert re.match(r"analyses/tea_vs_water\.py line \d+: .*meassure", state.unreadable["tea_vs_water"])
        assert "\n" not in state.unreadable["tea_vs_water"]


def test_another_project_folder(tiny_project, tmp_path, monkeypatch):
    other = tmp_path / "other"
    shutil.copytree(tiny_project, other)
    edit(other / RESULTS, "0.72,0.55,0.94", "0.71,0.55,0.94")
    assert hr(open_state(Project(tiny_project), str(other))) == "0.71"
    monkeypatch.chdir(tmp_path)
    state = open_state(Project(tiny_project), "other")
    assert (hr(state), state.label) == ("0.71", "other")
    with pytest.raises(WorkspaceError, match="not a metasyn project"):
        open_state(Project(tiny_project), "data")


def test_a_name_that_means_two_things_is_refused_with_both(repository, tmp_path, monkeypatch):
    shutil.copytree(repository.root, tmp_path / "main")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(WorkspaceError) as caught:
        open_state(repository, "main")
    said = str(caught.value)
    assert "a folder (write ./main)" in said
    assert "a git revision (write refs/heads/main)" in said
    assert hr(open_state(repository, "./main")) == "0.70"
    assert hr(open_state(repository, "refs/heads/main")) == "0.70"


def test_a_version_that_is_also_a_tag_is_refused(repository, monkeypatch):
    monkeypatch.chdir(repository.root)  # where no other project has such a release
    place_release(repository.root)
    git(repository.root, "tag", "1.0.0")
    with pytest.raises(WorkspaceError) as caught:
        open_state(repository, "1.0.0")
    assert "a release (write data/releases/1.0.0.zip)" in str(caught.value)
    assert "refs/tags/1.0.0" in str(caught.value)
    assert open_state(repository, "data/releases/1.0.0.zip").version == "1.0.0"


def test_a_release(tiny_project):
    project = Project(tiny_project)
    place_release(tiny_project)
    edit(tiny_project / RESULTS, "0.72,0.55,0.94", "0.70,0.53,0.94")
    for state in (open_state(project, "1.0.0"), open_last(project)):
        assert (state.label, state.version, hr(state)) == ("data/releases/1.0.0.zip", "1.0.0", "0.72")
        assert sorted(state.analyses) == ["sleep_with_tea", "tea_vs_water"]
    assert open_state(project).version == ""
    with pytest.raises(WorkspaceError, match=r"there is no release 2\.0\.0 \(releases: 1\.0\.0\)"):
        open_state(project, "2.0.0")


def test_an_unedited_folder_or_commit_is_the_version_that_was_released(repository):
    place_release(repository.root)
    commit(repository.root, "release")
    assert open_state(repository).version == "1.0.0"
    assert open_state(repository, "HEAD").version == "1.0.0"
    assert open_state(repository, "HEAD~1").version == ""
    edit(repository.root / "analyses" / "sleep_with_tea.py", "Sleep with tea", "Sleep and tea")
    assert open_state(repository).version == ""


def test_a_release_is_what_its_name_says(tiny_project):
    place_release(tiny_project)
    path = tiny_project / "data" / "releases" / "1.0.0.zip"
    other = path.with_name("1.5.0.zip")
    other.write_bytes(archive(released(tiny_project, "3.0.0")))
    with pytest.raises(WorkspaceError, match=r"holds the release 3\.0\.0, not 1\.5\.0"):
        open_state(Project(tiny_project), "1.5.0")
    path.unlink()
    with pytest.raises(WorkspaceError, match=r"^the archive of 1\.0\.0 is missing: take data/releases/1"):
        open_last(Project(tiny_project))


@pytest.mark.parametrize("given", ["1.0.0", "data/releases/1.0.0.zip", None])
def test_an_archive_that_was_edited_is_no_release(tiny_project, tmp_path, given, monkeypatch):
    """One row in it says something else, and it is still a good archive: only its hash tells."""
    monkeypatch.chdir(tiny_project)
    place_release(tiny_project)
    project, path = Project(tiny_project), tiny_project / "data" / "releases" / "1.0.0.zip"
    edit(tiny_project / RESULTS, "0.72,0.55,0.94", "0.70,0.53,0.94")
    path.write_bytes(archive(released(tiny_project)))
    with pytest.raises(WorkspaceError, match=r"1\.0\.0\.zip is not as it was released.* metasyn check"):
        open_last(project) if given is None else open_state(project, given)
    shutil.copy(path, tmp_path / "1.0.0.zip")
    assert hr(open_state(project, str(tmp_path / "1.0.0.zip"))) == "0.70", "an archive from elsewhere"


@pytest.mark.parametrize("with_git", [False, True])
def test_a_lost_archive_of_a_version_that_was_released_is_missing(repository, tiny_project, with_git):
    project = repository if with_git else Project(tiny_project)
    place_release(project.root)
    (project.data / "releases" / "1.0.0.zip").unlink()
    with pytest.raises(WorkspaceError) as caught:
        open_state(project, "1.0.0")
    assert str(caught.value) == (
        "the archive of 1.0.0 is missing: take data/releases/1.0.0.zip back from version control."
    )
    if with_git:
        git(project.root, "tag", "1.0.0", "v1.0")
        assert hr(open_state(project, "1.0.0")) == "0.72", "the revision of that name is there"


@pytest.mark.parametrize("name", ["../evil.py", "/etc/evil", "data/../../x.csv", "c:\\x", "data\\x.csv"])
def test_no_member_leads_out_of_an_archive(tiny_project, name):
    with pytest.raises(WorkspaceError, match="not a release of metasyn: it has a member"):
        open_archive(archive({**released(tiny_project), name: b"1"}), "x.zip")


def test_an_archive_that_unpacks_to_too_much(tiny_project, monkeypatch):
    monkeypatch.setattr("metasyn.workspace.states.files._MOST_BYTES", 10_000_000)
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("data/results.csv", bytes(10_000_001))
    assert len(bomb.getvalue()) < 20_000
    with pytest.raises(WorkspaceError, match="unpacks to more than"):
        open_archive(bomb.getvalue(), "x.zip")


def test_a_damaged_archive(tiny_project):
    whole = archive(released(tiny_project))
    with pytest.raises(WorkspaceError, match="not a release"):
        open_archive(b"no zip", "x.zip")
    with pytest.raises(WorkspaceError, match=r"no release\.json with a version"):
        open_archive(archive({"data/results.csv": b""}), "x.zip")
    with pytest.raises(WorkspaceError, match="damaged"):
        open_archive(whole.replace(b"0.72,0.55", b"0.72,0.56"), "x.zip")


def test_further_members_and_scripts_of_no_analysis_are_left_out(tiny_project):
    files = released(tiny_project, **{"notes.txt": b"x", "analyses/.hidden.py": b"1/0", "data/": b""})
    state = open_archive(archive(files), "x.zip")
    assert sorted(state.analyses) == ["sleep_with_tea", "tea_vs_water"]
    assert state.unreadable == {}


def test_a_report(tiny_project, tmp_path):
    path = tmp_path / "results.json"
    path.write_bytes(report(edition={"version": "1.2.0", "released": True}))
    state = open_state(Project(tiny_project), str(path))
    assert (state.version, list(state.results), state.evidence) == ("1.2.0", ["tea_vs_water"], None)
    path.write_bytes(report(edition={"version": "1.2.0", "released": False}))
    assert open_state(Project(tiny_project), str(path)).version == ""
    for content in (b"{", b"[]", b"\xff", b'{"schema": "metasyn-diff/1"}', b"[" * 100_000):
        path.write_bytes(content)
        with pytest.raises(WorkspaceError, match=r"not a results\.json of metasyn"):
            open_state(Project(tiny_project), str(path))
    other = tmp_path / "note.md"
    other.write_text("#")
    with pytest.raises(WorkspaceError, match="is no state of the evidence"):
        open_state(Project(tiny_project), str(other))


def test_what_other_software_reported_is_kept_and_what_this_one_did_is_not(tiny_project):
    """The same software gives the same numbers: its report can only be out of date."""
    folder = tiny_project / "reports" / "tea_vs_water"
    folder.mkdir(parents=True)
    project = Project(tiny_project)
    running = dict(software_versions())
    bench = Workbench(project)
    inputs = bench.inputs("tea_vs_water", bench.load("tea_vs_water"))
    origin = built_from(inputs.options, inputs.rows)
    for versions, kept in (({"metasyn": "0"}, 1), (running, 0), ({**running, "typst": "0"}, 0)):
        (folder / "results.json").write_bytes(report(versions, built_from=origin))
        assert len(open_state(project).results) == kept
    (folder / "results.json").write_bytes(b"<<<<<<< HEAD")
    assert open_state(project).results == {}
    (folder / "results.json").write_bytes(report(running))
    (project.script("tea_vs_water")).write_text("analysis = 5")
    assert list(open_state(project, str(tiny_project)).results) == ["tea_vs_water"]
    assert open_state(project).results == {}, "a script that is being worked on is to be mended"
    files = released(tiny_project, **{"reports/tea_vs_water/results.json": report(running)})
    assert list(open_archive(archive(files), "x.zip").results) == ["tea_vs_water"]


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The tiny project with the report of one analysis, as if another numpy had computed it."""
    folder = tmp_path_factory.mktemp("built") / "project"
    template = Path(__file__).parents[1] / "tiny_project"
    shutil.copytree(template, folder, ignore=shutil.ignore_patterns("__pycache__"))
    build(Project(folder), ["tea_vs_water"])
    path = folder / "reports" / "tea_vs_water" / "results.json"
    document = json.loads(path.read_bytes())
    path.write_text(json.dumps({**document, "versions": {**document["versions"], "numpy": "0"}}))
    return folder


OTHER_ROWS = "was built from other rows or another script"
PM = ("    title=", "    synthesis=SynthesisSpec(tau2_method='PM'),\n    title=")
NEW_ROW = (
    "AX-SLEEP-0,AX,AX.tea,,sleep,ten hours,,events,60,,,,,,60,100,patients,"
    "ax-2019,Table 2,60/100,no,,,usable,,"
)


@pytest.mark.parametrize("where", ["folder", "commit"])
@pytest.mark.parametrize(
    ("file", "old", "new", "why"),
    [
        (None, "", "", ""),
        ("data/results.csv", "0.72,0.55,0.94", "0.70,0.53,0.94", OTHER_ROWS),
        ("data/results.csv", "para 6,40%", "para 7,40%", ""),
        ("data/results.csv", "AX-SLEEP-1,AX,", f"{NEW_ROW}\nAX-SLEEP-1,AX,", OTHER_ROWS),
        ("data/studies.csv", "AX,Axelsson 2019", "AX,Axelson 2019", OTHER_ROWS),
        ("analyses/tea_vs_water.py", "analysis = Analysis(", "# a remark\nanalysis = Analysis(", ""),
        ("analyses/tea_vs_water.py", *PM, OTHER_ROWS),
        ("analyses/sleep_with_tea.py", "Sleep with tea", "Sleep and tea", ""),
        ("reports/tea_vs_water/results.json", '"built_from"', '"no_longer"', "does not say which rows"),
    ],
)
def test_a_report_counts_only_if_it_was_built_from_these_rows_and_this_script(
    built, tmp_path, where, file, old, new, why
):
    """What other software reported may differ because the tables do: then the software is not to blame."""
    folder = tmp_path / "project"
    shutil.copytree(built, folder)
    if file is not None:
        edit(folder / file, old, new)
    if "SynthesisSpec" in new:
        edit(folder / str(file), "import Analysis", "import SynthesisSpec, Analysis")
    if where == "commit":
        git(tmp_path, "init", "--quiet", "--initial-branch", "main", str(folder))
        commit(folder, "first")
    state = open_state(Project(folder), "HEAD" if where == "commit" else None)
    assert state.unreadable == {}
    assert list(state.results) == ([] if why else ["tea_vs_water"])
    told = "".join(state.notes)
    assert told.startswith(f"{state.label}: reports/tea_vs_water/results.json {why}") if why else not told


def test_a_path_from_here_and_one_from_the_project_are_told_apart(tiny_project, tmp_path, monkeypatch):
    for place in (tmp_path, tiny_project):
        shutil.copytree(Path(__file__).parents[1] / "tiny_project", place / "older")
    project = Project(tiny_project)
    assert open_state(project, "older").label == "older"
    monkeypatch.chdir(tmp_path)
    with pytest.raises(WorkspaceError) as caught:
        open_state(project, "older")
    assert f"write {tmp_path / 'older'}" in str(caught.value)
    assert f"write {tiny_project / 'older'}" in str(caught.value)


def test_links_of_a_commit_are_not_followed(repository, tmp_path):
    (tmp_path / "secret.csv").write_text("secret")
    (repository.root / "data" / "secret.csv").symlink_to(tmp_path / "secret.csv")
    shutil.move(repository.root / "analyses", tmp_path / "analyses")
    (repository.root / "analyses").symlink_to(tmp_path / "analyses")
    commit(repository.root, "links")
    state = open_state(repository, "HEAD")
    assert state.analyses == {}
    assert hr(state) == "0.70"


def test_a_table_whose_name_is_almost_right_is_named(repository):
    (repository.root / "data" / "results.csv").rename(repository.root / "data" / "Results.CSV")
    commit(repository.root, "renamed")
    with pytest.raises(EvidenceError, match=r"HEAD: data/results\.csv"):
        open_state(repository, "HEAD")


def test_a_content_that_the_clone_does_not_hold(repository):
    hash_of = git(repository.root, "rev-parse", "HEAD:./data/results.csv")
    place = repository.root.parents[1] / ".git" / "objects" / hash_of[:2] / hash_of[2:]
    place.chmod(0o644)
    place.unlink()
    with pytest.raises(WorkspaceError, match=r"git does not hold the content of data/results\.csv"):
        open_state(repository, "HEAD")
