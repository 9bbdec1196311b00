from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass, fields
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click
import pytest

from prodcls.bundle_trust import Trust
from prodcls.cli import COMMANDS, cli
from prodcls.config import FitConfig
from prodcls.console import run
from prodcls.file_formats import TableOptions
from prodcls.fit import fit
from prodcls.predict import predict

ROOT = Path(__file__).resolve().parents[1]
HEAVY = {"lightgbm", "matplotlib", "numpy", "onnxruntime", "pandas", "pyarrow", "scipy", "shap", "sklearn", "torch"}


@dataclass
class Calls:
    """What the commands handed to the flows."""

    config: FitConfig | None = None
    predicted: dict[str, Any] | None = None
    failing: tuple[str, ...] = ()


@pytest.fixture
def flows(monkeypatch: pytest.MonkeyPatch) -> Calls:
    calls = Calls()

    def fit_catalogue(config: FitConfig, _progress: object) -> SimpleNamespace:
        calls.config = config
        told = {"summary_lines": ("accuracy 0.9",), "failing": calls.failing}
        return SimpleNamespace(bundle_path="o/bundle", report_path="o/audit.html", digest="ab12", **told)

    def predict_catalogue(
        bundle: Path, catalogue: Path, out: Path, settings: dict[str, Any], **options: Any
    ) -> SimpleNamespace:
        calls.predicted = {"bundle": bundle, "catalogue": catalogue, "out": out, **settings, **options}
        return SimpleNamespace(summary_lines=("3 rows",))

    monkeypatch.setitem(sys.modules, "prodcls.training", SimpleNamespace(fit_catalogue=fit_catalogue))
    monkeypatch.setitem(
        sys.modules, "prodcls.scoring", SimpleNamespace(predict_catalogue=predict_catalogue, PredictOptions=dict)
    )
    monkeypatch.setitem(sys.modules, "prodcls.new_products", SimpleNamespace(Reading=dict))
    return calls


def prodcls(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "prodcls.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


def test_help_names_the_commands() -> None:
    done = prodcls("--help")
    assert done.returncode == 0
    assert all(name in done.stdout for name in COMMANDS)


def test_the_options_of_files_are_the_same_everywhere() -> None:
    names = ("encoding", "delimiter", "quote", "sheet", "number_format")
    told = {
        name: {p.name: p for p in cli.get_command(None, name).params}
        for name in ("fit", "check", "predict", "drift", "why", "review")
    }
    for name in names:
        assert len({params[name].get_help_record(click.Context(fit)) for params in told.values()}) == 1


@pytest.mark.parametrize("arguments", [["--help"], *([name, "--help"] for name in COMMANDS)])
def test_help_loads_no_heavy_library(arguments: list[str]) -> None:
    code = "import sys; from prodcls.cli import cli; cli.main(sys.argv[1:], standalone_mode=False); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    assert set(done.stdout.splitlines()[-1].split()) & HEAVY == set()


@pytest.mark.parametrize("name", COMMANDS)
def test_a_subcommand_is_the_command_of_its_module(name: str) -> None:
    found = cli.get_command(click.Context(cli), name)
    assert found is getattr(sys.modules[f"prodcls.{COMMANDS[name]}"], name.replace("-", "_"))


def test_every_option_of_a_fit_is_on_the_command_line() -> None:
    named = {param.name for param in fit.params} - {"example"}  # which sets others
    assert named == {field.name for field in fields(FitConfig)}


def test_a_fit_without_options_uses_the_defaults_and_the_demo(flows: Calls, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(cli, ["fit"], "prodcls") == 0
    assert flows.config == FitConfig()
    assert capsys.readouterr().out.splitlines() == [
        "accuracy 0.9",
        "bundle: o/bundle",
        "digest: ab12",
        "report: o/audit.html",
    ]


def test_all_options_reach_the_fit(flows: Calls, tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.touch()
    words = f"""{table} --out o --target c --id sku --text title,description --image photo --numeric price
        --categorical brand --image-root {tmp_path} --encoding gb18030 --delimiter tab --number-format 1.234,5
        --number-format weight=. --head flat --text-encoder minilm,use --runtime torch --precision bf16 --device cuda
        --folds 7 --test {table}
        --overrides {table} --no-baselines --no-group-duplicates
        --min-class-size 3 --augment 0 --random-state 9 --threads 2 --memory 2GB --witnesses 0
        --robustness 7 --dossiers 0 --lang zh
        --cache-dir {tmp_path} --audit {table} --model-card {table} --enforce --scheduler local""".split()
    assert run(fit, words, "fit") == 0
    assert flows.config == FitConfig(
        catalogue=table, out=Path("o"), target="c", id="sku", text=("title", "description"), image="photo",
        numeric=("price",), categorical=("brand",), image_root=tmp_path, encoding="gb18030", delimiter="\t",
        number_format=("1.234,5", "weight=."), head="flat",
        text_encoder=("minilm", "use"), runtime="torch", precision="bf16", device="cuda", folds=7, test=table,
        overrides=table, baselines=False,
        group_duplicates=False, min_class_size=3, random_state=9, threads=2, memory=2_000_000_000, witnesses=0,
        robustness=7, dossiers=0, lang="zh", cache_dir=tmp_path, audit=table, model_card=table, enforce=True,
        scheduler="local",
    )  # fmt: skip


@pytest.mark.parametrize(("words", "code"), [([], 0), (["--enforce"], 3)])
def test_a_threshold_that_fails_is_told_and_counts_where_it_is_enforced(
    flows: Calls, capsys: pytest.CaptureFixture[str], words: list[str], code: int
) -> None:
    assert run(fit, words, "fit") == 0
    flows.failing = ("accuracy is 0.9, and at least 0.95 was asked for",)
    assert run(fit, words, "fit") == code
    captured = capsys.readouterr()
    assert captured.err == "threshold not held: accuracy is 0.9, and at least 0.95 was asked for\n"
    assert captured.out.endswith("report: o/audit.html\n")


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("a,b", ("a", "b")),
        ("a, b", ("a", "b")),
        ("", ()),
        ('"a,b",c', ("a,b", "c")),
        ("商品名称,描述", ("商品名称", "描述")),
    ],
)
def test_lists_of_columns(flows: Calls, text: str, columns: tuple[str, ...]) -> None:
    assert run(fit, ["--text", text], "fit") == 0
    assert flows.config is not None
    assert flows.config.text == columns


def test_all_options_reach_the_prediction(flows: Calls, tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.touch()
    words = [str(tmp_path), str(table), "-o", "s.parquet", "--batch-size", "7", "--top-k", "2"]
    words += ["--image-root", str(tmp_path), "--delimiter", "tab", "--encoding", "gb18030", "--number-format", ","]
    words += ["--quote", "'", "--sheet", "S", "--strict", "--log", "decisions.sqlite", "--max-error", "0.01"]
    words += ["--expect-sha256", "0" * 64, "--explain", "full", "--workers", "3", "--scheduler", "local"]
    assert run(predict, words, "predict") == 0
    assert flows.predicted is not None
    assert flows.predicted.pop("progress").seconds == {}
    assert flows.predicted == {
        "bundle": tmp_path, "catalogue": table, "out": Path("s.parquet"), "batch_size": 7, "top_k": 2,
        "log": Path("decisions.sqlite"), "max_error": 0.01, "trust": Trust("0" * 64),
        "explain": "full", "workers": 3, "scheduler": "local",
        "reading": {
            "image_root": tmp_path, "number_format": (",",),
            "files": TableOptions("gb18030", "\t", "'", "S", strict=True),
        },
    }  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["fit", "nowhere.csv"], "nowhere.csv"),
        (["fit", "--folds", "1"], "1 is not in the range"),
        (["fit", "--text", "a,,b"], "there is an empty name"),
        (["fit", "--text", "a", "--numeric", "a"], "column 'a' is already given by --text"),
        (["fit", "--text-encoder", ""], "names no encoder"),
        (["fit", "--delimiter", "||"], "is not one character"),
        (["fit", "--nonsense"], "--nonsense"),
        (["nonsense"], "nonsense"),
        (["predict"], "BUNDLE"),
        (["predict", ".", "pyproject.toml", "-o", "s.csv", "--workers", "0"], "0 is not in the range"),
        (["predict", ".", "pyproject.toml", "-o", "s.csv", "--explain", "all"], "'all' is not one of"),
    ],
)
def test_a_wrong_call_gets_one_line_and_code_2(
    arguments: list[str], message: str, flows: Calls, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(cli, arguments, "prodcls") == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert len(captured.err.splitlines()) == 1
    assert message in captured.err
    assert flows.config is None


@pytest.mark.parametrize("name", ["cli", *COMMANDS.values()])
def test_each_module_runs_by_itself(name: str) -> None:
    command = [sys.executable, "-m", f"prodcls.{name}", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("Usage: ")
    assert done.stderr == ""


def test_the_version_is_shown() -> None:
    assert re.fullmatch(r"prodcls, version \d+\.\d+\.\d+\n", prodcls("--version").stdout)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(shell: str) -> None:
    done = prodcls("--completion", shell)
    assert done.returncode == 0
    assert f"_PRODCLS_COMPLETE={shell}_complete" in done.stdout


def test_completion_completes() -> None:
    environment = os.environ | {
        "_PRODCLS_COMPLETE": "bash_complete",
        "COMP_WORDS": "prodcls fit --he",
        "COMP_CWORD": "2",
    }
    code = "from prodcls.cli import cli; cli(prog_name='prodcls')"
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines() == ["plain,--head", "plain,--help"]


def test_a_closed_pipe_is_met_in_silence() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as closed:
        command = [sys.executable, "-m", "prodcls.cli", "--help"]
        done = subprocess.run(command, stdout=closed, stderr=subprocess.PIPE, text=True, check=False)
    assert done.stderr == ""


def options_of(command: click.Command) -> set[str]:
    subcommands = command.commands.values() if type(command) is click.Group else ()
    own = {option for param in command.params for option in (*param.opts, *param.secondary_opts)}
    return own.union(*map(options_of, subcommands))


PAGES = ("README.md", "CONTRIBUTING.md", *(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md")))
FOREIGN = {
    "--help", "--index-url", "--no-save", "--build-arg", "--cap-drop", "--format", "--publish", "--read-only", "--rm",
    "--secret", "--security-opt", "--tmpfs", "--volume",
}  # fmt: skip
"""Options of every command, of pip, of npm and of podman."""


@pytest.mark.parametrize("page", sorted(page for page in PAGES if "/adr/" not in page))
def test_the_pages_name_only_what_exists(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    known = FOREIGN.union(
        options_of(cli), *(options_of(cli.get_command(click.Context(cli), name)) for name in COMMANDS)
    )
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z0-9-]+", text)) - known == set()
    links = [link for link in re.findall(r"\]\(([^)#]+)", text) if "://" not in link]
    assert [link for link in links if not (ROOT / page).parent.joinpath(link).exists()] == []
