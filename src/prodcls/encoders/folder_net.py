"""A text encoder of a folder in torch, read one text at a time, with what its vector is made of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - its usual name

from prodcls.encoders.model_folder import CONFIG, WEIGHTS, ModelFolder
from prodcls.errors import InputError

__all__ = ["FirstTokenNet", "MeanNet", "load_net"]


class MeanNet(nn.Module):
    """Token ids of one text, shape (tokens,), to the direction of its mean state (d,) and its token states (tokens, d).

    Parameters
    ----------
    model : Module
        Of transformers.
    """

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model: Any = model

    def forward(self, ids: Tensor) -> tuple[Tensor, ...]:
        """Return the vector and the token states of one text."""
        return self.read(self.embed(ids))

    def embed(self, ids: Tensor) -> Tensor:
        """Return the words of one text as vectors, shape (tokens, d)."""
        return F.embedding(ids, self.model.get_input_embeddings().weight)

    def blank(self, words: Tensor) -> Tensor:
        """Return a text of as many padding tokens between the same two marks."""
        padding = self.model.get_input_embeddings().weight[self.model.config.pad_token_id or 0]
        return torch.cat([words[:1], padding.expand(len(words) - 2, -1), words[-1:]])

    def read(self, words: Tensor) -> tuple[Tensor, ...]:
        """Return the vector and the token states of words from `embed`."""
        states = self._run(words).last_hidden_state[0]
        return F.normalize(states.double().mean(0), dim=0).float(), states

    def attentions(self, ids: Tensor) -> Tensor:
        """Return the attention of each layer, averaged over its heads, shape (layers, tokens, tokens)."""
        found = self._run(self.embed(ids), output_attentions=True).attentions
        return torch.stack([layer[0].mean(0) for layer in found])

    def _run(self, words: Tensor, **more: bool) -> Any:  # noqa: ANN401 - transformers has no types
        # Places are counted from the ids where models count them by their padding: none is padding here.
        seen = torch.ones(1, words.shape[0], dtype=torch.int64)
        return self.model(inputs_embeds=words[None], attention_mask=seen, **more)


class FirstTokenNet(MeanNet):
    """Likewise, to the direction of the first token's state (d,), the sum before its last layer norm's, and its terms.

    The first token's state is a function of one sum in the last attention: of what it takes from each token, and of its
    own state before. Devlin et al., BERT, NAACL 2019, section 3, for layers that are normalised after each addition.
    """

    def read(self, words: Tensor) -> tuple[Tensor, ...]:
        """Return vector, pooled sum (d,) and its terms (tokens, d)."""
        run = self._run(words, output_attentions=True, output_hidden_states=True)
        layer = self.model.encoder.layer[-1]
        before, shares = run.hidden_states[-2][0], run.attentions[-1][0, :, 0]
        heads, tokens = shares.shape
        values = layer.attention.self.value(before).view(tokens, heads, -1).transpose(0, 1)
        taken = (shares[:, :, None] * values).transpose(0, 1).reshape(tokens, -1)
        mix = layer.attention.output.dense
        terms = F.linear(taken, mix.weight)
        own = before[:1] + mix.bias
        terms = torch.cat([terms[:1] + own, terms[1:]])
        vector = F.normalize(run.last_hidden_state[0, 0].double(), dim=0).float()
        return vector, terms.double().sum(0).float(), terms

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
