"""Before anything is encoded: what a fit will take, held against what it may take."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from prodcls.byte_sizes import shown_size
from prodcls.catalogue import Catalogue
from prodcls.config import FitConfig
from prodcls.encoders import audio_encoder, available_processors, image_encoder, text_encoder
from prodcls.errors import InputError
from prodcls.lexical import count_terms
from prodcls.machine_memory import available_memory, held_memory, peak_memory
from prodcls.memory_budget import Estimate, Load, at_once_within, estimate_memory, rows_within
from prodcls.photo_copies import copies_wanted
from prodcls.preparation import Recipe
from prodcls.progress import Progress

__all__ = ["load_of", "plan_memory"]


def plan_memory(
    config: FitConfig, catalogue: Catalogue, tested: Catalogue | None, recipe: Recipe, progress: Progress
) -> int:
    """Return how many folds may be fitted at the same time, and tell how much memory that takes.

    Parameters
    ----------
    config : FitConfig
    catalogue : Catalogue
    tested : Catalogue or None
    recipe : Recipe
    progress : Progress

    Returns
    -------
    int

    Raises
    ------
    InputError
        Code ``memory-budget``, where the fit would take more than ``config.memory``, or reading has already.
    """
    load = load_of(config, catalogue, tested, recipe)
    if config.memory is None:
        found, there = estimate_memory(load), available_memory()
        if there is not None and found.total > there + load.held:
            told = f"memory: about {_listed(found)}, and there are {shown_size(there + load.held)}"
            progress.note(f"{told}; to stay below, give --memory")
        return load.threads
    if peak_memory() > config.memory:
        message = (
            f"--memory {shown_size(config.memory)}: reading alone has already taken {shown_size(peak_memory())}: "
            "allow more, or fit fewer rows"
        )
        raise InputError(message, code="memory-budget", file=catalogue.source.path)
    found = at_once_within(load, config.memory)
    if found.total > config.memory:
        advice = "; ".join(_advice(config, load, found))
        message = f"--memory {shown_size(config.memory)}: the fit takes about {_listed(found)}: {advice}"
        raise InputError(message, code="memory-budget", file=catalogue.source.path)
    progress.note(f"memory: about {_listed(found)}, folds at a time: {found.at_once}")
    return found.at_once


def load_of(config: FitConfig, catalogue: Catalogue, tested: Catalogue | None, recipe: Recipe) -> Load:
    """Return what a fit of these catalogues has to hold.

    Parameters
    ----------
    config : FitConfig
    catalogue : Catalogue
    tested : Catalogue or None
    recipe : Recipe

    Returns
    -------
    Load
    """
    both = [c for c in (catalogue, tested) if c is not None]
    words = count_terms("\n".join(cells) for c in both for cells in zip(*c.texts.values(), strict=True))
    text = sum(text_encoder(name, recipe.runtime).dimension for name in recipe.text_encoders)
    image = sum(image_encoder(name, recipe.runtime).dimension for name in recipe.image_encoders)
    audio = () if recipe.audio_encoder is None else (audio_encoder(recipe.audio_encoder, recipe.runtime).dimension,)
    return Load(
        held=held_memory(),
        rows=sum(map(len, both)),
        classes=len(set(catalogue.labels or ())),
        dimensions=((text,) * len(recipe.text_columns) if text else ()) + ((image,) if image else ()) + audio,
        columns=len(catalogue.numeric) + len(catalogue.categorical),
        terms=words.common,
        all_terms=words.different,
        occurrences=words.occurrences,
        encoders=(*recipe.text_encoders, *recipe.image_encoders),
        folds=config.folds,
        threads=config.threads or available_processors(),
        tested=0 if tested is None else len(tested),
        copies=sum(copies_wanted(catalogue.labels or (), config.augment)) if config.augment else 0,
        flat=config.head == "flat",
        baselines=config.baselines,
        explained=bool(config.witnesses),
    )


def _listed(found: Estimate) -> str:
    parts = ", ".join(f"{name} {shown_size(size)}" for name, size in found.parts.items())
    return f"{shown_size(found.total)} ({parts})"


def _advice(config: FitConfig, load: Load, found: Estimate) -> Iterator[str]:
    """Yield what would help, each with what it comes to."""
    spared = {"--no-baselines": replace(load, baselines=False), "--witnesses 0": replace(load, explained=False)}
    for option, less in spared.items():
        needed = estimate_memory(less, found.at_once).total
        if needed < found.total:
            yield f"{option} ({shown_size(needed)})"
    rows = rows_within(load, config.memory or 0)
    if rows:
        yield f"about {rows} rows instead of {load.rows}"
    yield f"or more memory, from {shown_size(found.total)}"
