"""Print ``RESULTS.md`` from ``benchmarks/results``: ``python benchmarks/tables.py > benchmarks/RESULTS.md``."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).resolve().parent / "results"
LIBRARIES = ("numpy", "scipy", "scikit-learn", "lightgbm", "onnxruntime", "torch")
FIGURES = ("comprehensiveness", "sufficiency", "deletion", "insertion")
SERVED = "offset, chosen by macro-f1"
"""The way to balance classes that a fit takes by default."""

RIVALS = ("lime", "shap")
COLUMNS = ("evidence head", "tfidf_svc", "plain sum", "pool", "ridge lexical", "flat")


def mean(seeds: dict[str, Any], name: str, figure: str) -> float | None:
    """Return the mean of a figure over seeds."""
    values = [found[name][figure] for found in seeds.values() if name in found]
    return sum(values) / len(values) if values else None


def cell(seeds: dict[str, Any], name: str) -> str:
    """Return accuracy and macro-F1 as text."""
    accuracy, f1 = mean(seeds, name, "accuracy"), mean(seeds, name, "macro_f1")
    return "-" if accuracy is None or f1 is None else f"{accuracy:.4f} / {f1:.4f}"


def accuracy_lines(results: dict[str, Any]) -> list[str]:
    """Return the table of all cases, the subsamples as two mean rows."""
    lines = ["| catalogue | rows, classes | seeds | " + " | ".join(COLUMNS) + " | log loss | ECE |"]
    lines.append("|" + "---|" * (len(COLUMNS) + 5))
    pooled: dict[str, dict[str, Any]] = {}
    for name, case in results.items():
        seeds = {k: v for k, v in case.items() if k.startswith("seed")}
        if "subsample" in name:
            family = name.rsplit(" ", 1)[0]
            pooled.setdefault(family, {}).update({f"{name} {k}": v for k, v in seeds.items()})
            continue
        lines.append(_row(name, f"{case['rows']}, {case['classes']}", seeds))
    lines += [_row(f"{name}s, mean of {len(seeds)}", "150 to 600", seeds) for name, seeds in pooled.items()]
    return lines


def _row(name: str, size: str, seeds: dict[str, Any]) -> str:
    cells = " | ".join(cell(seeds, column) for column in COLUMNS)
    loss, ece = (mean(seeds, "evidence head", figure) for figure in ("log_loss", "ece"))
    return f"| {name} | {size} | {len(seeds)} | {cells} | {loss:.4f} | {ece:.4f} |"


def timing_lines(results: dict[str, Any]) -> list[str]:
    """Return the table of fits."""
    lines = ["| run | wall, s | encoders, s | encoder share |", "|---|---|---|---|"]
    for name, found in results.items():
        if "encoding" in found:
            lines.append(
                f"| {name} | {found['process']:.1f} | {found['encoding']:.1f} | {found['encoder_share']:.2f} |"
            )
    lines.append(f"| `prodcls --help` | {results['help']['process']:.2f} | | |")
    return lines


def encode_lines(results: dict[str, Any]) -> list[str]:
    """Return the table of encoders beside their peers."""
    machine, versions = results["machine"], ", ".join(f"{k} {v}" for k, v in results["versions"].items())
    lines = [f"{machine['processors']} processors ({machine['model']}), load {machine['load']:.1f}; {versions}.", ""]
    lines += ["| encoder, items | peer | items a second | `onnx` f32 | `openvino` f32 | `openvino` bf16 |"]
    lines += ["|" + "---|" * 6]
    for name, case in results["cases"].items():
        middle, cosine = case["median"], case["cosine"]
        ours = [peer for peer in middle if peer.startswith(("onnx", "openvino"))]
        for peer in middle:
            if peer not in ours:
                shown = (f"{middle[one] / middle[peer]:.2f}x, {_shown_cosine(cosine[one])}" for one in ours)
                lines.append(f"| {name} ({case['items']}) | {peer} | {middle[peer]:.1f} | {' | '.join(shown)} |")
    return lines


def _shown_cosine(value: float) -> str:
    return f"{value:.6f}" if value < 1 - 5e-7 else "1.0"


def cluster_lines(results: dict[str, Any]) -> list[str]:
    """Return the tables of the cluster: beside one process, and what products cost stage by stage."""
    alone, local, rows = results["alone"], results["local"], results["rows"]
    known, encoded = results["few, known"], results["few, encoded"]
    same = "the same" if alone["digest"] == local["digest"] else "OTHERS"
    lines = ["| products | one process, s | two local workers, s | ratio | bytes | most of the process, MB |"]
    lines += ["|" + "---|" * 6]
    times = f"{alone['seconds']:.0f} | {local['seconds']:.0f} | {local['seconds'] / alone['seconds']:.2f}"
    held = f"{alone['megabytes']:.0f} and {local['megabytes']:.0f}"
    lines += [f"| {rows} | {times} | {same} | {held} |", ""]
    lines += ["| stage, titles and prices, on this machine | seconds a million | hours for 10 M | days for 1,000 M |"]
    lines += ["|" + "---|" * 4]
    million = {
        "reading": alone["read"] / rows,
        "encoding, each title another one": (encoded["predict"] - known["predict"]) / results["titles"],
        "scoring and writing": alone["predict"] / rows,
    }
    for name, each in {**million, "all": sum(million.values())}.items():
        lines.append(f"| {name} | {each * 1e6:.0f} | {each * 1e7 / 3600:.2f} | {each * 1e9 / 86400:.1f} |")
    return lines


def bulk_lines(results: dict[str, Any]) -> list[str]:
    """Return the tables of products predicted and explained in bulk, and of whole runs."""
    predicted, explained, peers = results["predict"], results["explain"], results["peers"]
    rows = {
        f"scored rows, {predicted['products']:,} products": (predicted["scored"], "10,000"),
        "flat LightGBM, probabilities alone": (peers["flat LightGBM"], ""),
        "accounts, from the decision on": (explained["accounts"], "500"),
        "accounts as a column, top words": (explained["accounts, top words"], "500"),
        "accounts as a column, full": (explained["accounts, full"], "500"),
        "`shap.TreeExplainer`, dimensions of embeddings": (peers["shap.TreeExplainer"], ""),
    }
    lines = ["| products a second | wanted | by the wall's clock | of one processor |", "|---|---|---|---|"]
    lines += [f"| {n} | {bound} | {r['wall']:,.0f} | {r['processor']:,.0f} |" for n, (r, bound) in rows.items()]
    lines += ["", "| stage of a prediction | products a second of one processor |", "|---|---|"]
    lines += [f"| {name} | {found:,.0f} |" for name, found in predicted["stages"].items()]
    size, pair = explained["bytes of parts in float32"], explained["bytes of parts for two classes"]
    lines += [
        "",
        f"An account has {explained['parts an account']:.0f} parts. What the encoders say of a product's tokens and",
        f"regions is {size / 1000:,.0f} kB in float32, and {pair / 1000:.1f} kB once the two classes are known.",
        f"Before the run {results['load']:.1f} processes were waiting for the processors.",
    ]
    lines += ["", "| whole run | rows | seconds | peak memory | output |", "|---|---|---|---|---|"]
    for detail, runs in results["whole runs"].items():
        for run in sorted(runs.values(), key=lambda found: found["rows"]):
            figures = f"{run['rows']:,} | {run['seconds']:,.0f} | {run['peak MB']:,.0f} MB | {run['output MB']:.1f} MB"
            lines.append(f"| {'without accounts' if detail == 'none' else f'`--explain {detail}`'} | {figures} |")
    return lines


def view_lines(results: dict[str, Any]) -> list[str]:
    """Return the table of what the views show."""
    found = ["| what | wanted | found |", "|---|---|---|"]
    if "leak" in results:
        ranks = ", ".join(f"{rank or 'none'}" for rank in results["leak"]["ranks"].values())
        found.append(f"| demo: ranks of the planted sentence (en, zh) in its class | 3 or better | {ranks} |")
    if "random prices" in results:
        shares = [v for k, v in results["random prices"].items() if k != "real"]
        found.append(f"| share of random prices in the account, worst of {len(shares)} | <= 2% | {max(shares):.2%} |")
        found.append(f"| share of the real prices | | {results['random prices']['real']:.2%} |")
    for name, words in (("evidence", "named evidence"), ("chain", "words, regions, columns")):
        if "residual" in results:
            r = results["residual"][name]
            found.append(f"| largest residual, {words}, {r['accounts']:,} accounts | <= 1e-6 | {r['largest']:.1e} |")
    if "threads" in results:
        t = results["threads"]
        found.append(f"| different outputs of `why --json`, 1 and 2 threads, {t['runs']} runs | 1 | {t['different']} |")
    return found


def quality_lines(results: dict[str, Any]) -> list[str]:
    """Return the table of known faults that are found, of what is found in flipkart1050, and of the cost."""
    lines = ["| faults | planted | found | recall | precision |", "|---|---|---|---|---|"]
    told = {f"demo: {name}": found for name, found in results["demo"].items()}
    told["flipkart1050: labels turned at random, mean of 3 seeds"] = results["flipped labels"]
    for name, f in told.items():
        lines.append(f"| {name} | {f['planted']:.0f} | {f['found']:.0f} | {f['recall']:.2f} | {f['precision']:.2f} |")
    lines += ["", "| flipkart1050: finding | severity | count |", "|---|---|---|"]
    lines += [f"| {kind} | {f['severity']} | {f['count']} |" for kind, f in results["flipkart"].items()]
    lines.append(f"| seconds of one processor for all of them | | {results['seconds']['processor']:.1f} |")
    lines += ["", "| near-duplicates of flipkart1050 | groups | rows | head, top level, 3 seeds |", "|---|---|---|---|"]
    for name, f in results["grouping"].items():
        lines.append(f"| {name} | {f['groups']} | {f['rows']} | {f['accuracy']:.4f} / {f['macro_f1']:.4f} |")
    return lines


def augment_lines(results: dict[str, Any]) -> list[str]:
    """Return the table of what copies of photos change, seed by seed in one cell."""
    lines = ["| catalogue | classes below | classes, photos, copies | points of accuracy, by seed | of macro-F1 |"]
    lines[0] += " gained, lost |"
    lines.append("|---|---|---|---|---|---|")
    for name, levels in results.items():
        for least, found in levels.items():
            seeds = [f for key, f in found.items() if key.startswith("seed")]
            changes = (
                "; ".join(
                    f"{100 * f[k]['value']:+.1f} ({100 * f[k]['low']:+.1f} to {100 * f[k]['high']:+.1f})" for f in seeds
                )
                for k in ("accuracy", "macro_f1")
            )
            moved = f"{sum(f['gained'] for f in seeds)}, {sum(f['lost'] for f in seeds)}"
            size = ", ".join(str(found[k]) for k in ("classes", "photos", "copies"))
            lines.append(f"| {name} | {least} | {size} | {' | '.join(changes)} | {moved} |")
    return lines


def cleaning_lines(results: dict[str, Any]) -> list[str]:
    """Return the tables of accuracy with and without cleaning, and of the cost of each step."""
    lines = ["| catalogue | texts | changed | as it stands | cleaned | only right cleaned, as it stands |"]
    lines.append("|" + "---|" * 6)
    for name, f in results["accuracy"].items():
        steps = ", ".join(f"{step.replace('_', ' ')} {n}" for step, n in f["steps"].items())
        both = (f"{f[how]['accuracy']:.4f} / {f[how]['macro_f1']:.4f}" for how in ("as it stands", "cleaned"))
        pairs = f"{f['only right cleaned']}, {f['only right as it stands']}"
        lines.append(f"| {name} | {f['texts']} | {f['changed']} ({steps or 'none'}) | {' | '.join(both)} | {pairs} |")
    steps = [name for name in next(iter(results["speed"].values())) if name != "characters"]
    lines += ["", "| thousand texts a second | characters | " + " | ".join(s.replace("_", " ") for s in steps) + " |"]
    lines.append("|" + "---|" * (len(steps) + 2))
    for name, f in results["speed"].items():
        lines.append(f"| {name} | {f['characters']:.0f} | " + " | ".join(f"{f[s] / 1000:,.0f}" for s in steps) + " |")
    return lines


def explanation_lines(results: dict[str, Any]) -> list[str]:
    """Return the tables of faithfulness and of cost."""
    lines = ["| what is taken out or kept | method | comprehensiveness | sufficiency | deletion | insertion |"]
    lines.append("|---|---|---|---|---|---|")
    for name, setting in results["settings"].items():
        rows = dict(setting["methods"])
        chains = {ours: theirs for ours, theirs in setting["against"].items() if ours in ("chain", "chain-corrected")}
        rows |= {f"{a} less {b}": found for a, others in chains.items() for b, found in others.items() if b in RIVALS}
        lines += [f"| {name} | {method} | {_figures(found)} |" for method, found in rows.items()]
    lines += ["", "| parts | method | seconds, median | times a prediction | times `chain` |", "|---|---|---|---|---|"]
    for kind, found in results["kinds"].items():
        for method, took in found["seconds"].items():
            ratios = f"{took['over predict']:.3g} | {took['over chain']:.3g}"
            lines.append(f"| {kind}s | {method} | {took['median']:.3f} | {ratios} |")
    return lines


def audit_lines(results: dict[str, Any]) -> list[str]:
    """Return the table of sizes and times of the audit."""
    lines = ["| what | wanted | wall, s, or count | CPU, s |", "|---|---|---|---|"]
    whole = ("90 s", "10 s", "1.5 MB")
    wanted = {"flipkart": whole, "specs": whole, "generated": ("", "20 s", "3 MB")}
    for name, (fit, report, size) in wanted.items():
        found = results.get(name, {})
        for part, bound in (("fit", fit), ("report", report)):
            if part in found:
                took = found[part]
                limit = f"<= {bound}" if bound else ""
                lines.append(f"| {name}: {part} | {limit} | {took['wall']:.1f} | {took['cpu']:.1f} |")
        if "bytes" in found:
            lines.append(f"| {name}: audit.html, MB | <= {size} | {found['bytes']['page'] / 1e6:.2f} | |")
    return lines


def drift_lines(results: dict[str, Any]) -> list[str]:
    """Return the table of alarms of drift."""
    lines = ["| new catalogue | draws | wanted | with an alarm | lines with an alarm |", "|---|---|---|---|---|"]
    parts = (("halves", ""), ("second level", "without second-level "), ("titles", "Chinese: "))
    for part, name in parts:
        for kind, found in results.get(part, {}).items():
            draws, told = found["draws"], found["lines"]
            small = any(mark in kind for mark in ("x 1.1", "x 1.2", "5% of", "10% of")) or part == "second level"
            wanted = f"<= {draws // 20}" if kind.startswith("same") else "" if small else "all"
            named = ", ".join(f"{line} {n}" for line, n in list(told.items())[:4])
            lines.append(f"| {name}{kind} | {draws} | {wanted} | {found['alarm']} | {named} |")
    for title, told in results.get("demo", {}).items():
        wanted = "all" if title == "Chinese products" else "0"
        lines.append(
            f"| demo, trained on English ones: {title} | 1 | {wanted} | {int(bool(told))} | {', '.join(told[:4])} |"
        )
    return lines


def _figures(found: dict[str, dict[str, float]]) -> str:
    return " | ".join(
        f"{found[name]['value']:.3f} ({found[name]['low']:.3f} to {found[name]['high']:.3f})" for name in FIGURES
    )


def kill_lines(results: dict[str, Any]) -> list[str]:
    """Return the table of what killed fits leave."""
    whole = results["whole fit"]["warm"]
    told = {
        f"points, of {whole['changes']} changes of files in a whole fit and the time between": results["points"],
        "killed before the fit ended": results["killed"],
        "over an older bundle": results["over an older bundle"],
        "with nothing encoded before": results["nothing encoded before"],
        **{f"aimed at: {name}": count for name, count in results["by stage"].items()},
        **{f"bundle left: {name}": count for name, count in results["left"].items()},
        "gone on to the bundle of a whole fit, byte by byte": results["ended in the bundle of a whole fit"],
        "half a bundle, a wrong answer or something left over": len(results["wrong"]),
    }
    return ["| what | fits |", "|---|---|", *(f"| {name} | {count} |" for name, count in told.items())]


def mutation_lines(results: dict[str, Any]) -> list[str]:
    """Return the table of damaged and forged bundles."""
    lines = [
        "| bundle | mutations | refused | same answers | another model | died | hung |",
        "|---|---|---|---|---|---|---|",
    ]
    ways = {"listed": "manifest as it was", "retold": "manifest made anew"}
    for head, found in results.items():
        for way, said in ways.items():
            counts: dict[str, int] = {}
            for kind, outcomes in found["counts"].items():
                if kind.startswith(f"{way}:"):
                    for outcome, n in outcomes.items():
                        name = "died" if outcome.startswith("died") else outcome
                        counts[name] = counts.get(name, 0) + n
            told = [counts.get(name, 0) for name in ("refused", "same", "another model", "died", "hung")]
            lines.append(
                f"| {head.partition('-')[0]} head, {said} | {sum(counts.values())} | {' | '.join(map(str, told))} |"
            )
    return lines


def service_lines(results: dict[str, Any]) -> list[str]:
    """Return the table of the service under load."""
    lines = ["| clients | server | requests a second | median, s | 99%, s | processor seconds of one | failed |"]
    lines.append("|" + "---|" * 7)
    for clients, servers in results["load"].items():
        for name, found in servers.items():
            figures = " | ".join(f"{found[key]:.3f}" for key in ("median", "p99", "processor_seconds"))
            failed = f"{found['failed']} of {found['requests']}"
            lines.append(f"| {clients} | {name} | {found['per_second']:.1f} | {figures} | {failed} |")
    first, last = results["memory"][1], results["memory"][-1]
    lines.append("")
    lines.append(
        f"Memory after {first['requests']} requests {first['megabytes']:.0f} MB, after {last['requests']} "
        f"{last['megabytes']:.0f} MB; {last['failed']} failed."
    )
    return lines


def fuzz_lines(results: dict[str, Any]) -> list[str]:
    """Return the table of the service fuzzed against its description."""
    lines = ["| run | requests | " + " | ".join(f"{kind}xx" for kind in "245") + " | checks that failed |"]
    lines.append("|" + "---|" * 6)
    for name, found in results["runs"].items():
        counts = [sum(n for status, n in found["statuses"].items() if status[0] == kind) for kind in "245"]
        failed = "; ".join(f"{check}: {n}" for check, n in (found["failures"] | found["errors"]).items()) or "none"
        lines.append(f"| {name} | {found['requests']:,} | {' | '.join(f'{n:,}' for n in counts)} | {failed} |")
    lines += ["", f"Schemathesis {results['schemathesis']}; defects in the service's log: {results['errors_logged']}."]
    return lines


def triage_lines(results: dict[str, Any]) -> list[str]:
    """Return the tables of what review catches."""
    lines = ["| catalogue | no person, wrong | review, wrong | not one class | unlike training | unusual number |"]
    lines.append("|" + "---|" * 6)
    for name, found in results.items():
        bounds = found["bounds"]
        asked = [bounds["reasons"].get(k, 0) for k in ("not-one-class", "unlike-training", "unusual-number")]
        shares = f"{bounds['alone']:.1%}, {bounds['error alone']:.4f} | {1 - bounds['alone']:.1%}"
        lines.append(f"| {name} | {shares}, {bounds['error asked']:.4f} | " + " | ".join(map(str, asked)) + " |")
    lines += ["", "| catalogue | `--max-error` | shown in | no person | wrong among them | clearly above the bound |"]
    lines.append("|" + "---|" * 6)
    for name, found in results.items():
        for bound, kept in ((k, v) for k, v in found["bounds"].items() if k.startswith("0.")):
            error = "-" if kept["error"] is None else f"{kept['error']:.4f}"
            shown = f"{kept['shown']:.0%} of 200 | {kept['automated']:.1%} | {error} | {kept['broken']:.1%}"
            lines.append(f"| {name} | {bound} | {shown} |")
    lines += [
        "",
        "| class that was not learned | products | review | not one class | unlike training | others |",
    ]
    lines.append("|" + "---|" * 6)
    for name, seen in results["flipkart top, specs"]["strangers"].items():
        shares = [seen[f"{k} new"] for k in ("review", "not-one-class", "unlike-training")] + [seen["review others"]]
        lines.append(f"| {name} | {seen['new']} | " + " | ".join(f"{share:.0%}" for share in shares) + " |")
    return lines


def sound_lines(results: dict[str, Any]) -> list[str]:
    """Return the tables of sounds."""
    left = results["left out"]
    lines = [
        f"| left out of {left['recordings']} steady machines | class changes: cut out | silenced |",
        "|---|---|---|",
    ]
    lines += [f"| {name} | {c['cut']:.1%} | {c['silenced']:.1%} |" for name, c in left["changed"].items()]
    judged = results["judged"]
    lines += ["", f"| accounts of {judged['products']} sounds, segments | comprehensiveness | sufficiency | seconds |"]
    lines.append("|" + "---|" * 4)
    for name, (more, enough, seconds) in judged["methods"].items():
        lines.append(f"| {name} | {more:.4f} | {enough:.4f} | {f'{seconds:.4f}' if seconds else '-'} |")
    lines += ["", "| model | harm | products | accuracy before | after |", "|" + "---|" * 5]
    for model, found in results["harms"].items():
        for name, harm in found.items():
            lines.append(f"| {model} | {name} | {harm['products']} | {harm['before']:.3f} | {harm['after']:.3f} |")
    return lines


def unseen_lines(results: dict[str, Any]) -> list[str]:
    """Return the table of classes that were added from a few examples."""
    lines = ["| catalogue | draws | found | least, draws of .6 or more | elsewhere, worst | no names | fitted again |"]
    lines.append("|" + "---|" * 7)
    for name, case in results.items():

        def of(figure: str, draws: list[dict[str, float]] = case["draws"]) -> list[float]:
            return [draw[figure] for draw in draws]

        found, elsewhere = of("added, accuracy"), of("added, elsewhere")
        n = len(found)
        reached = f"{min(found):.3f}, {sum(a >= 0.6 for a in found)} of {n}"
        points = f"{100 * sum(elsewhere) / n:+.2f}, {100 * min(elsewhere):+.2f}"
        fitted = f"{sum(of('refitted, accuracy')) / n:.3f}, {100 * sum(of('refitted, elsewhere')) / n:+.2f}"
        plain = sum(of("without names, accuracy")) / n
        lines.append(f"| {name} | {n} | {sum(found) / n:.3f} | {reached} | {points} | {plain:.3f} | {fitted} |")
    return lines


FAILING = {
    "once": "each operation fails once",
    "from there on": "what needs room fails from an operation on",
    "size": "tmpfs, bytes",
    "nr_inodes": "tmpfs, files",
    "limit": "limit on the size of files",
    "calls": "calls to the system (strace)",
}


def io_fault_lines(results: dict[str, Any]) -> list[str]:
    """Return the table of what was left when writing failed."""
    lines = ["| writer | what fails | of | tried | old kept | new whole | told | went on | next run whole | wrong |"]
    lines.append("|" + "---|" * 10)
    for name, kinds in results.items():
        for kind, told in FAILING.items():
            found = kinds.get(kind)
            if found is None or not found["runs"]:
                continue
            counts = [found[k] for k in ("operations", "runs", "old", "new", "told", "went_on", "healed")]
            cells = " | ".join(map(str, [*counts, len(found["wrong"])]))
            lines.append(f"| {name} | {told} | {cells} |")
    return lines


def confidence_lines(results: dict[str, Any]) -> list[str]:
    """Return the tables of calibration and automation, of ways to calibrate, and of prediction sets."""
    lines = [
        "| catalogue | accuracy | ECE before | ECE after | class-wise before | class-wise after | AURC | at <= 1% |"
    ]
    lines[0] += " at <= 2% | at <= 5% |"
    lines.append("|" + "---|" * 10)
    for name, found in results.items():
        figures = (found[f"{kind} {when}"] for kind in ("ece", "classwise") for when in ("before", "after"))
        errors = " | ".join(f"{value:.4f} ({low:.4f} to {high:.4f})" for value, low, high in figures)
        shares = " | ".join(f"{share:.0%}" for share in found["automated"].values())
        lines.append(f"| {name} | {found['accuracy']:.4f} | {errors} | {found['aurc']:.4f} | {shares} |")
    lines += ["", "| catalogue | calibration | log loss | Brier | ECE | class-wise |", "|" + "---|" * 6]
    for name, found in results.items():
        for method, m in found["calibrations"].items():
            scores = f"{m['log_loss']:.4f} | {m['brier']:.4f} | {m['ece']:.4f} | {m['classwise_ece']:.4f}"
            lines.append(f"| {name} | {method.replace('_', ' ')} | {scores} |")
    lines += ["", "| catalogue | sets | coverage | classes in a set | worst class of >= 50 rows | such classes < .92 |"]
    lines.append("|" + "---|" * 6)
    for name, found in results.items():
        for method, m in found["sets"]["methods"].items():
            short = f"{m['short']} of {found['sets']['classes']}"
            lines.append(f"| {name} | {method} | {m['coverage']:.4f} | {m['size']:.3f} | {m['worst']:.3f} | {short} |")
    return lines


def hierarchy_lines(results: dict[str, Any]) -> list[str]:
    """Return the tables of near misses by branch, and of where decisions stop."""
    lines = ["| catalogue | rows, classes, tops | hP | hR | hF | right down to each level |", "|" + "---|" * 6]
    for name, found in results.items():
        figures = (found[kind] for kind in ("precision", "recall", "f1"))
        told = " | ".join(f"{value:.4f} ({low:.4f} to {high:.4f})" for value, low, high in figures)
        levels = ", ".join(f"{value:.4f} ({low:.4f} to {high:.4f})" for value, low, high in found["levels"])
        lines.append(f"| {name} | {found['rows']}, {found['classes']}, {found['tops']} | {told} | {levels} |")
    lines += [
        "",
        "| catalogue | rule | at the class, right | at a parent, right | none | right where named | coverage |",
    ]
    lines.append("|" + "---|" * 7)
    rules = {
        "rule": "as served: threshold for .95 right where named",
        "set": "lowest common ancestor of the prediction set",
        "threshold": "probability >= .95",
    }
    for name, found in results.items():
        for key, rule in rules.items():
            m = found["halves"][key]
            right = {k: "-" if m[f"{k} right"] is None else f"{m[f'{k} right']:.4f}" for k in ("leaf", "parent")}
            shares = (f"{m[k]:.1%}, {right[k]}" for k in right)
            named = f"{m['named right']:.4f} | {m['coverage']:.4f}"
            lines.append(f"| {name} | {rule} | {' | '.join(shares)} | {m['none']:.1%} | {named} |")
    return lines


def imbalance_lines(results: dict[str, Any]) -> list[str]:
    """Return the table of ways to balance classes, means over the seeds, and differences seed by seed."""
    lines = ["| catalogue | way | accuracy | macro-F1 | recall of the small, middle, large third | log loss | ECE |"]
    lines[0] += " points of macro-F1, by seed | of accuracy |"
    lines.append("|" + "---|" * 9)
    for name, seeds in results.items():
        first = next(iter(seeds.values()))
        size = f"{name}: {first['rows']} rows, {first['classes']} classes of {first['smallest']} to {first['largest']}"
        for way in first["variants"]:
            found = [f["variants"][way] for f in seeds.values() if way in f["variants"]]
            figures = [f"{_mean(f[k] for f in found):.4f}" for k in ("accuracy", "macro_f1")]
            figures.append(", ".join(f"{_mean(f['recall'][i] for f in found):.3f}" for i in (1, 2, 3)))
            figures += [f"{_mean(f['log_loss'] for f in found):.3f}", f"{_mean(f['ece'] for f in found):.3f}"]
            for k in ("macro_f1", "accuracy"):
                less = [f["less none"][k] for f in found]
                said = (f"{100 * d['value']:+.1f} ({100 * d['low']:+.1f} to {100 * d['high']:+.1f})" for d in less)
                figures.append("" if way == "none" else "; ".join(said))
            title = f"**{way}** (served)" if way == SERVED else way
            lines.append(f"| {size} | {title} | {' | '.join(figures)} |")
    return lines


def _mean(figures: Iterable[float]) -> float:
    values = list(figures)
    return sum(values) / len(values)


def engine_lines(results: dict[str, Any]) -> list[str]:
    """Return the table of readers of CSV."""
    lines = ["| reader | rows/s | files | exact | refused whole | rows changed | rows lost | others not taken |"]
    lines.append("|" + "---|" * 8)
    for name, found in results.items():
        if name == "files":
            continue
        kinds = found["damage"].values()
        total = {key: sum(kind[key] for kind in kinds) for key in ("exact", "refused", "changed", "lost", "spoiled")}
        cells = " | ".join(str(n) for n in (sum(total.values()), *total.values()))
        lines.append(f"| {name} {found['version']} | {found['rows_per_second']:,.0f} | {cells} |")
    return lines


def intake_lines(results: dict[str, Any]) -> list[str]:
    """Return the table of reading large files."""
    names = {
        "whole": "held as a whole: read, validated, cleaned (fit, check)",
        "pandas": "pandas.read_csv, text only, for comparison",
        "parts": "in parts, read twice: read, validated, cleaned (predict)",
    }
    lines = ["| how | file | rows | rows/s | peak memory |", "|" + "---|" * 5]
    for key, name in names.items():
        found = results[key]
        size, rows = f"{found['size'] / 1e9:.2f} GB", f"{found['rows']:,}"
        lines.append(f"| {name} | {size} | {rows} | {found['rows_per_second']:,.0f} | {found['peak_mb']:,.0f} MiB |")
    return lines


def log_lines(results: dict[str, Any]) -> list[str]:
    """Return the table of tamperings with the decision log, and its times."""
    lines = ["| tampering | found | file refused | missed | nothing changed |", "|" + "---|" * 5]
    for name, found in results["tampered"].items():
        lines.append(f"| {name} | " + " | ".join(str(n) for n in found.values()) + " |")
    million, cost = results["million"], results["cost"]
    lines += [
        "",
        f"A million entries ({million['megabytes']:.0f} MB): appended in {million['appended']:.1f} s, verified in",
    ]
    lines[-1] += f" {million['verified']:.1f} s. Predicting flipkart1050: {cost['without']:.2f} s, with the log"
    lines[-1] += f" {cost['with']:.2f} s: {cost['ratio']:+.1%}."
    return lines


def prediction_lines(results: dict[str, Any]) -> list[str]:
    """Return the tables of predictions with accounts."""
    wall, spent = results["products a second"], results["products a processor second"]
    alone = results["one processor"]
    told = {"off": "without accounts", "top-words": "`--explain top-words`", "full": "`--explain full`"}
    lines = ["| vectors in the cache | products per second of a processor | against without |", "|---|---|---|"]
    lines += [f"| {name} | {spent[key]:,.1f} | {spent[key] / spent['off']:.4f} |" for key, name in told.items()]
    lines.append(f"| texts and photo of a product read part by part | {alone['read in parts']:,.1f} | |")
    lines.append(f"| an account made of the parts | {alone['explained']:,.1f} | |")
    ways = {
        "1 workers": "one worker",
        "2 workers": "two workers (threads)",
        "2 processes": "two processes, a half each",
    }
    lines += ["", "| `--explain full` | products/s | against one worker |", "|---|---|---|"]
    lines += [f"| {name} | {wall[key]:,.1f} | {wall[key] / wall['1 workers']:.2f} |" for key, name in ways.items()]
    return lines


def sameness_lines(results: dict[str, Any]) -> list[str]:
    """Return the tables of ways to the same bytes: by catalogue, kind of fit, and locale."""
    lines = ["| catalogue | way | digest |", "|---|---|---|"]
    for name, ways in results["ways"].items():
        for way, one in ways.items():
            lines.append(f"| {name}, {results['rows'][name]} rows | {way} | {same(one['digest'], one['differs'])} |")
    if "modes" in results:
        lines += ["", "| kind of fit of the demo, plain against all ways in one | digest |", "|---|---|"]
        lines += [f"| `{mode}` | {same(one['digest'], one['differs'])} |" for mode, one in results["modes"].items()]
    if "locales" in results:
        lines += ["", "| locale, demo | outputs that differ, the fit among them |", "|---|---|"]
        lines += [f"| {name} | {', '.join(differs) or 'none'} |" for name, differs in results["locales"].items()]
    return lines


def same(digest: str, differs: list[str]) -> str:
    """Return the beginning of a digest, and what is not the same."""
    return f"`{digest[:12]}`" + (f", differs: {', '.join(differs)}" if differs else "")


def memory_lines(results: dict[str, Any]) -> list[str]:
    """Return the tables of ten times the rows, and of estimates."""
    lines = ["| what | rows | before | peak | without pages of files | peak, ten times the rows |", "|" + "---|" * 6]
    parts = {f"embedding {name}": found for name, found in results["embedding"].items()}
    parts["predicting, CSV to CSV, vectors in the store"] = results["predict"]
    parts["predicting with whole accounts, CSV to CSV, 128 rows at a time"] = results["explained"]
    for name, found in parts.items():
        sizes = [sizes for sizes in found.values() if isinstance(sizes, dict)]
        for size in sizes:
            mb = " | ".join(f"{size[k]:.0f} MB" for k in ("before", "peak", "anonymous"))
            ratio = f"{found['ratio of peaks'] - 1:+.1%}" if size is sizes[-1] else ""
            lines.append(f"| {name} | {size['rows']:,} | {mb} | {ratio} |")
    lines += ["", "| fit | measured peak | estimate | of the peak | largest part |", "|" + "---|" * 5]
    for name, found in results["fits"].items():
        part = max(found["parts"], key=found["parts"].__getitem__)
        figures = f"{found['peak']:,.0f} MB | {found['estimate']:,.0f} MB | {found['ratio']:.2f}"
        lines.append(f"| {name} | {figures} | {part}, {found['parts'][part]:,.0f} MB |")
    return lines


def class_lines(results: dict[str, Any]) -> list[str]:
    """Return the tables of what many classes cost, of the parts that were measured."""
    drawn = [results["memory"]["few"], results["memory"]["many"]] if "memory" in results else []
    lines = ["| generated rows | classes | peak, MB | of it by the fit | seconds | right on new products |"]
    lines.append("|" + "---|" * 6)
    for found in (*drawn, *([results["large"]] if "large" in results else [])):
        sizes = f"{found['rows']:,} | {found['classes']:,} | {found['peak']:.0f} | {found['grown']:.0f}"
        lines.append(f"| {sizes} | {found['seconds']:.0f} | {found['accuracy']:.1%} |")
    lines += ["", "| figure | bound | found |", "|---|---|---|"]
    if "memory" in results:
        ratio = results["memory"]["ratio of peaks"]
        lines.append(f"| peak, 5,000 classes against 50, the same rows | <= 1.3 | {ratio:.2f} |")
    if "large" in results:
        lines.append(f"| peak, 200,000 rows, 5,000 classes | <= 8 GB | {results['large']['peak'] / 1000:.1f} GB |")
    if "flat" in results:
        peer = results["flat"]
        told = f"{peer['rows']:,} rows, {peer['classes']} classes, {peer['folds']} of 5 folds"
        fits = ", ".join(
            f"{name} {peer[name]['seconds']:.1f} s at {peer[name]['accuracy']:.3f} / {peer[name]['macro_f1']:.3f}"
            for name in ("evidence", "flat")
        )
        found = f"{peer['times as fast']:.0f}x, by processor time {peer['by processor']:.0f}x: {fits}"
        lines.append(f"| evidence against flat LightGBM by its defaults ({told}) | >= 5x | {found} |")
    if "warm" in results:
        warm = f"{results['warm']['total']:.1f} s to the report, {results['warm']['process']:.1f} s the whole process"
        lines.append(f"| amazon_in11k, 112 classes, warm fit | <= 60 s | {warm} |")
    if "cold" in results:
        first, again = results["cold"]["first"], results["cold"]["again"]
        share = f"{first['encoder_share']:.3f}"
        lines.append(f"| 10,000 products, cold: encoders' share of {first['process']:.0f} s | >= .90 | {share} |")
        told = f"{results['cold']['refit ratio']:.3f} ({results['cold']['refit']['process']:.0f} s)"
        lines.append(f"| one in 100 changed: `prodcls refit` against the first fit | <= .10 | {told} |")
        told = f"{results['cold']['ratio']:.3f} ({again['process']:.0f} s)"
        lines.append(f"| one in 100 changed: a whole fit with an evaluation, against the first one | | {told} |")
    return lines


def language_lines(results: dict[str, Any]) -> list[str]:
    """Return the tables of Chinese in either form, and of models of one language that meet another."""
    kinds = ("all evidence", "words alone")
    lines = ["| catalogue | written, read | " + " | ".join(kinds) + " |", "|---|---|---|---|"]
    for name, found in results["folding"].items():
        for way in dict.fromkeys(way.rpartition(", ")[0] for way in found["ways"]):
            both = (found["ways"][f"{way}, {kind}"] for kind in kinds)
            told = " | ".join(f"{one['accuracy']:.4f} / {one['macro_f1']:.4f}" for one in both)
            lines.append(f"| {name}, {found['rows']} products | {way} | {told} |")
    lines += ["", "| demo | learned, tested | seen | own language | the other | ratio | with every known word |"]
    lines.append("|" + "---|" * 7)
    for way, seen in results["transfer"].items():
        for name, found in seen.items():
            figures = (found[key] for key in ("native", "transfer"))
            told = " | ".join(f"{value:.3f} ({low:.3f} to {high:.3f})" for value, low, high in figures)
            end = f"{told} | {found['ratio']:.3f} | {found['with every known word'][0]:.3f}"
            lines.append(f"| {way} | {found['learned']}, {found['tested']} | {name} | {end} |")
    return lines


def auto_lines(results: dict[str, Any]) -> list[str]:
    """Return the table of the encoders that were chosen by trial, beside each single one."""
    single = ("minilm", "use", "use-pooled")
    lines = [f"| catalogue | {' | '.join(single)} | chosen | its figures | points behind the best single |"]
    lines.append("|" + "---|" * 7)
    for name, found in results.items():
        fits, chosen = found["fits"], " + ".join(found["chosen"])
        shown = {key: f"{one['accuracy']:.4f} / {one['macro_f1']:.4f}" for key, one in fits.items()}
        behind = 100 * (max(fits[key]["accuracy"] for key in single) - fits[chosen]["accuracy"])
        cells = " | ".join([*(shown[key] for key in single), chosen, shown[chosen], f"{behind:.2f}"])
        lines.append(f"| {name} | {cells} |")
    return lines


def tuning_lines(results: dict[str, Any]) -> list[str]:
    """Return the table of fits with tuned encoders, beside the same encoders as they are."""
    heads = ("as they are", "tuned", "accuracy changes by", "macro-F1 changes by", "p", "ECE", "tuning, s", "whole, s")
    lines = [f"| catalogue | rows, classes | {' | '.join(heads)} |", "|" + "---|" * (len(heads) + 2)]
    for name, found in results.items():
        told = found["tuning"]
        sides = [told[side] for side in ("frozen", "tuned")]
        cells = [f"{one['accuracy']['value']:.4f} / {one['macro_f1']['value']:.4f}" for one in sides]
        changes = (told["accuracy"], told["macro_f1"])
        cells += [f"{one['value']:+.4f} ({one['low']:+.4f} to {one['high']:+.4f})" for one in changes]
        cells += [f"{told['p_value']:.3f}", " to ".join(f"{one['ece']:.3f}" for one in sides)]
        cells += [f"{found['seconds'][key]:.0f}" for key in ("tune", "total")]
        lines.append(f"| {name} | {found['rows']}, {found['classes']} | {' | '.join(cells)} |")
    return lines


def main() -> None:
    """Print the page."""
    explanations = json.loads((RESULTS / "explanations.json").read_text())
    accuracy = json.loads((RESULTS / "accuracy.json").read_text())
    timing = json.loads((RESULTS / "timing.json").read_text())
    versions = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    machine = f"{os.cpu_count()} cores {platform.machine()}, {platform.system()}, Python {platform.python_version()}"
    notes = (RESULTS.parent / "notes.md").read_text()
    parts = [
        "# Results",
        f"Date: {datetime.now(UTC).date()}. Machine: {machine}; {versions}.",
        "## Accuracy / macro-F1, all competitors on the same folds",
        "`python benchmarks/accuracy.py`",
        "\n".join(accuracy_lines(accuracy)),
        "## Time, flipkart1050, 5 folds and final model, no baselines",
        "`python benchmarks/timing.py`; without trying explanations and robustness unless a row says so",
        "\n".join(timing_lines(timing)),
        f"## Faithfulness and cost of explanations, flipkart second level, {explanations['products']} products",
        "`python benchmarks/explanations.py`; out of fold, mean and 95% interval, paired where one is less another",
        "\n".join(explanation_lines(explanations)),
        "## Views over the catalogue, exactness and repeatability",
        "`python benchmarks/global_views.py`",
        "\n".join(view_lines(json.loads((RESULTS / "global_views.json").read_text()))),
        "## Confidence: calibration, automation and prediction sets at target .95, out of fold",
        "`python benchmarks/confidence.py`; sets over 20 splits into halves, near-duplicates together",
        "\n".join(confidence_lines(json.loads((RESULTS / "confidence.json").read_text()))),
        "## Review: what goes without a person, error bounds on halves with no say in the threshold, unknown classes",
        "`python benchmarks/triage.py`; a bound is chosen on one half and looked at on the other, 200 times",
        "\n".join(triage_lines(json.loads((RESULTS / "triage.json").read_text()))),
        "## Classes added from a few examples: their products, and points of accuracy that the others gain",
        "`python benchmarks/unseen.py`; classes left out at random, a fifth of the others held out; beside a new fit",
        "\n".join(unseen_lines(json.loads((RESULTS / "unseen.json").read_text()))),
        "## Sounds of the example of machines: segments left out, accounts, and harm",
        "`python benchmarks/sounds.py`; what is left out is so in a model of the other half; the rest out of fold",
        "\n".join(sound_lines(json.loads((RESULTS / "sounds.json").read_text()))),
        "## Trees of classes: near misses by branch, and where decisions stop at target .95, out of fold",
        "`python benchmarks/hierarchy.py`; stops over 20 splits into halves, near-duplicates together",
        "\n".join(hierarchy_lines(json.loads((RESULTS / "hierarchy.json").read_text()))),
        "## Classes of unequal size: ways to balance them, on the same folds",
        "`python benchmarks/imbalance.py`; out of fold, means over the seeds; paired 95% intervals of what changes",
        "\n".join(imbalance_lines(json.loads((RESULTS / "imbalance.json").read_text()))),
        "## Encoders beside their peers: ratio of medians, and the least cosine with the peer's vectors",
        "`python benchmarks/encode.py`; turn by turn in one process, on a busy machine",
        "\n".join(encode_lines(json.loads((RESULTS / "encode.json").read_text()))),
        "## `--text-encoder auto` against each single encoder, accuracy / macro-F1 of whole fits on the same folds",
        "`python benchmarks/auto.py`; default columns; amazon_in11k with plain folds; at most 1 point behind is wanted",
        "\n".join(auto_lines(json.loads((RESULTS / "auto.json").read_text()))),
        "## `--tune lora`: accuracy / macro-F1 with tuned text encoders and with the same ones as they are",
        "`python benchmarks/tuning.py`; out of fold, paired 95% intervals, McNemar's test; a busy machine",
        "\n".join(tuning_lines(json.loads((RESULTS / "tuning.json").read_text()))),
        "## The audit: size and time",
        "`python benchmarks/audit.py`; fit with witnesses on 10 products, embeddings in the cache",
        "\n".join(audit_lines(json.loads((RESULTS / "audit.json").read_text()))),
        "## Memory: ten times the rows, and whole fits against their estimate",
        "`python benchmarks/memory.py`; each figure of a process of its own, two threads; generated texts and photos",
        "\n".join(memory_lines(json.loads((RESULTS / "memory.json").read_text()))),
        "## Many classes, and what is left beside the encoders",
        "`python benchmarks/classes.py`; two threads, a busy machine; files without baselines, witnesses, robustness",
        "\n".join(class_lines(json.loads((RESULTS / "classes.json").read_text()))),
        "## Drift: alarms where nothing has changed, and where something has",
        "`python benchmarks/drift.py`; a model of one random half of flipkart1050, the other half against it",
        "\n".join(drift_lines(json.loads((RESULTS / "drift.json").read_text()))),
        "## What the findings about data find",
        "`python benchmarks/quality.py`",
        "\n".join(quality_lines(json.loads((RESULTS / "quality.json").read_text()))),
        "## Copies of the photos of small classes (`--augment N`), with less without, on the same folds",
        "`python benchmarks/augment.py`; paired 95% intervals",
        "\n".join(augment_lines(json.loads((RESULTS / "augment.json").read_text()))),
        "## Cleaning of texts",
        "`python benchmarks/cleaning.py`; out of fold, the same folds for both, 3 seeds; steps on one thread",
        "\n".join(cleaning_lines(json.loads((RESULTS / "cleaning.json").read_text()))),
        "## Languages: traditional and simplified Chinese, and a model that meets another language",
        "`python benchmarks/language.py`; out of fold, 3 seeds; the demo's products of one language",
        "\n".join(language_lines(json.loads((RESULTS / "language.json").read_text()))),
        "## Reading of large catalogues, one process, one thread",
        "`python benchmarks/intake.py`; the best of three runs, the large file once, on a busy machine",
        "\n".join(intake_lines(json.loads((RESULTS / "intake.json").read_text()))),
        "## Readers of CSV: files with one thing wrong",
        "`python benchmarks/csv_engines.py`; a file counts once, by the worst that happened to a row without a report",
        "\n".join(engine_lines(json.loads((RESULTS / "csv_engines.json").read_text()))),
        "## Accounts beside predictions",
        "`python benchmarks/predict.py`; flipkart1050, 35 classes; medians turn by turn, on a busy machine",
        "\n".join(prediction_lines(json.loads((RESULTS / "predict.json").read_text()))),
        "## Predictions and accounts in bulk",
        "`python benchmarks/bulk.py`; flipkart1050 with 35 classes, embeddings and parts known; the best of three runs",
        "\n".join(bulk_lines(json.loads((RESULTS / "bulk.json").read_text()))),
        "## More than one process: the same products by a Dask cluster of this machine",
        "`python benchmarks/cluster.py`; vectors in the cache but for the stage that encodes; extrapolated by the row",
        "\n".join(cluster_lines(json.loads((RESULTS / "cluster.json").read_text()))),
        "## How costs grow with rows, classes and words",
        "`make bench`; curves beside a flat LightGBM and sentence-transformers are in `benchmarks/scaling.html`.",
        "## The decision log",
        "`python benchmarks/decision_log.py BUNDLE CATALOGUE`; warm embeddings, medians of seven runs turn by turn",
        "\n".join(log_lines(json.loads((RESULTS / "decision_log.json").read_text()))),
        "## Writing that fails",
        "`python benchmarks/io_faults.py`; told: one line with a code, exit code 2; went on: warned or unmoved",
        "\n".join(io_fault_lines(json.loads((RESULTS / "io_faults.json").read_text()))),
        "## The same bytes",
        "`python benchmarks/determinism.py SHARED_DATA`; digests of bundles; every file compared",
        "\n".join(sameness_lines(json.loads((RESULTS / "determinism.json").read_text()))),
        "## Fits that are killed",
        "`python benchmarks/kill_points.py [POINTS]`; a part of the demo, real encoders, SIGKILL",
        "\n".join(kill_lines(json.loads((RESULTS / "kill_points.json").read_text()))),
        "## Bundles that are damaged or forged",
        "`python benchmarks/bundle_mutations.py`; another model: refused where a digest or a key is given",
        "\n".join(mutation_lines(json.loads((RESULTS / "bundle_mutations.json").read_text()))),
        "## The service, against a plain server of the same model that answers one request after the other",
        "`python benchmarks/service.py BUNDLE CATALOGUE`; 8 clients on the same machine, in turns; photos seen before",
        "\n".join(service_lines(json.loads((RESULTS / "service.json").read_text()))),
        "## The service, fuzzed against its own description",
        "`python benchmarks/fuzz_service.py BUNDLE SCHEMATHESIS`; all checks; 422 counts as taken",
        "\n".join(fuzz_lines(json.loads((RESULTS / "fuzz_service.json").read_text()))),
        notes.strip(),
    ]
    print("\n\n".join(parts))


if __name__ == "__main__":
    main()
