"""A text encoder of a folder in torch, with what its vectors are made of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - its usual name

from prodcls.encoders.folder_files import CONFIG, WEIGHTS
from prodcls.encoders.model_folder import ModelFolder
from prodcls.errors import InputError

__all__ = ["FirstTokenNet", "MeanNet", "load_net"]


class MeanNet(nn.Module):
    """Token ids of n texts, shape (n, tokens), to the directions of their mean states (n, d) and their token states.

    Negative ids fill a text up at its end: no token takes anything from there, and the vector leaves it out.

    Parameters
    ----------
    model : Module
        Of transformers.
    """

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model: Any = model

    def forward(self, ids: Tensor) -> tuple[Tensor, ...]:
        """Return the vectors and the token states."""
        return self.read(self.embed(ids), ids >= 0)

    def embed(self, ids: Tensor) -> Tensor:
        """Return words as vectors, shape (n, tokens, d)."""
        return F.embedding(ids.clamp(min=0), self.model.get_input_embeddings().weight)

    def blank(self, words: Tensor) -> Tensor:
        """Return texts of as many padding tokens between the same two marks."""
        padding = self.model.get_input_embeddings().weight[self.model.config.pad_token_id or 0]
        return torch.cat([words[:, :1], padding.expand_as(words[:, 1:-1]), words[:, -1:]], dim=1)

    def read(self, words: Tensor, there: Tensor) -> tuple[Tensor, ...]:
        """Return the vectors and the token states of words from `embed`, ``there`` or filling: (n, tokens), bool."""
        states, seen = self._run(words, there).last_hidden_state, there[:, :, None].double()
        return F.normalize((states.double() * seen).sum(1) / seen.sum(1), dim=1).float(), states

    def attentions(self, ids: Tensor) -> Tensor:
        """Return the attention of each layer, averaged over its heads, shape (layers, n, tokens, tokens)."""
        found = self._run(self.embed(ids), ids >= 0, output_attentions=True).attentions
        return torch.stack([layer.mean(1) for layer in found])

    def _run(self, words: Tensor, there: Tensor, **more: bool) -> Any:  # noqa: ANN401 - transformers has no types
        return self.model(inputs_embeds=words, attention_mask=there.long(), **more)


class FirstTokenNet(MeanNet):
    """Likewise, to the directions of the first tokens' states (n, d), the sums before their last norm's, and the terms.

    The first token's state is a function of one sum in the last attention: of what it takes from each token, and of its
    own state before. Devlin et al., BERT, NAACL 2019, section 3, for layers that are normalised after each addition.
    """

    def read(self, words: Tensor, there: Tensor) -> tuple[Tensor, ...]:
        """Return vectors, pooled sums (n, d) and their terms (n, tokens, d)."""
        run = self._run(words, there, output_attentions=True, output_hidden_states=True)
        layer = self.model.encoder.layer[-1]
        before, shares = run.hidden_states[-2], run.attentions[-1][:, :, 0]
        heads = shares.shape[1]
        values = layer.attention.self.value(before).unflatten(2, (heads, -1)).transpose(1, 2)
        taken = (shares[:, :, :, None] * values).transpose(1, 2).flatten(2)
        mix = layer.attention.output.dense
        terms = F.linear(taken, mix.weight)
        own = before[:, :1] + mix.bias
        terms = torch.cat([terms[:, :1] + own, terms[:, 1:]], dim=1)
        vector = F.normalize(run.last_hidden_state[:, 0].double(), dim=1).float()
        return vector, terms.double().sum(1).float(), terms

    def finish(self, pooled: Tensor) -> Tensor:
        """Return the vectors (n, d) of sums (n, d): what comes after the last attention."""
        layer = self.model.encoder.layer[-1]
        x = layer.attention.output.LayerNorm(pooled)
        return F.normalize(layer.output.LayerNorm(layer.output.dense(layer.intermediate(x)) + x), dim=1)


def load_net(folder: ModelFolder) -> MeanNet:
    """Return the network of a folder.

    Parameters
    ----------
    folder : ModelFolder

    Returns
    -------
    MeanNet
        In evaluation mode.

    Raises
    ------
    InputError
        Code ``encoder-unusable``.
    """
    from safetensors.torch import load
    from transformers import AutoConfig, AutoModel
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    path: Path = folder.path
    try:
        config = AutoConfig.from_pretrained(path, local_files_only=True, trust_remote_code=False)
        made: Any = AutoModel.from_config(config, attn_implementation="eager", trust_remote_code=False)  # type: ignore[no-untyped-call]
        weights = {
            name: t.float() if t.is_floating_point() else t for name, t in load((path / WEIGHTS).read_bytes()).items()
        }
        model, told = type(made).from_pretrained(
            None, config=config, state_dict=weights, attn_implementation="eager", output_loading_info=True
        )
    except Exception as error:
        message = f"{CONFIG} and {WEIGHTS} make no model: {type(error).__name__}: {str(error)[:200]}"
        raise InputError(message, code="encoder-unusable", file=str(path)) from error
    absent = sorted(name for name in told["missing_keys"] if "pooler" not in name and "position_ids" not in name)
    if absent:
        message = f"{WEIGHTS} lacks {len(absent)} tensors, such as {absent[0]}"
        raise InputError(message, code="encoder-unusable", file=str(path))
    net = MeanNet(model) if folder.pooling == "mean" else FirstTokenNet(model)
    return net.eval()
