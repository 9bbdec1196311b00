"""The text towers of CLIP and SigLIP in torch: the last token makes the vector.

In CLIP each token sees those before it; in SigLIP each sees all, also what fills a text up to its length.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - its usual name

from prodcls.encoders.filled_texts import open_filled
from prodcls.encoders.folder_files import CONFIG, WEIGHTS, read_object, refuse
from prodcls.encoders.model_folder import CLIP, EMBEDDINGS, SIGLIP, TOWERS, ModelFolder
from prodcls.encoders.photo_net import Tensors, read_tensors
from prodcls.encoders.photo_towers import CLIP_NAMES, layers_of
from prodcls.encoders.tower_net import Tower

__all__ = ["TextTower", "load_text_tower"]

DEFAULTS: dict[str, dict[str, Any]] = {
    CLIP: {"num_attention_heads": 8, "layer_norm_eps": 1e-5, "hidden_act": "quick_gelu"},
    SIGLIP: {"num_attention_heads": 12, "layer_norm_eps": 1e-6, "hidden_act": "gelu_pytorch_tanh"},
}
"""What transformers takes where ``text_config`` does not tell it."""

STEP = 16
"""Tokens, see `prodcls.encoders.runtimes.stacking`."""


class TextTower(nn.Module):
    """Token ids of n texts, shape (n, tokens), to vectors (n, p), sums (n, d) and terms (n, tokens, d).

    Negative ids fill a text up at its end: no token takes anything from there. Radford et al., Learning transferable
    visual models from natural language supervision, ICML 2021, section 2.4; Zhai et al., Sigmoid loss for language
    image pre-training, ICCV 2023.

    Parameters
    ----------
    tensors : Tensors
    config : dict
        What ``text_config`` holds.
    kind : {"clip", "siglip"}
    padding : int
        Token that stands for nothing.
    """

    def __init__(self, tensors: Tensors, config: dict[str, Any], kind: str, padding: int) -> None:
        super().__init__()
        words, places = (tensors[name] for name in EMBEDDINGS)
        told = DEFAULTS[kind] | config
        inside, epsilon = tensors.below("text_model."), float(told["layer_norm_eps"])
        self.words = nn.Parameter(words)
        # What runs the network may fill texts up to a multiple of `STEP` tokens, beyond the last place.
        self.places = nn.Parameter(F.pad(places, (0, 0, 0, -len(places) % STEP)))
        self.tower = Tower(
            layers_of(inside, "encoder.layers.", "layer_norm1.weight"),
            CLIP_NAMES,
            heads=int(told["num_attention_heads"]),
            epsilon=epsilon,
            activation=str(told["hidden_act"]),
            last_norm=inside.norm("final_layer_norm", epsilon),
            projection=tensors.linear(TOWERS[kind]),
        )
        self.causal, self.padding = kind == CLIP, padding

    def forward(self, ids: Tensor) -> tuple[Tensor, ...]:
        """Return the vectors, sums and terms."""
        return self.read(self.embed(ids), ids >= 0)

    def embed(self, ids: Tensor) -> Tensor:
        """Return words as vectors, shape (n, tokens, d)."""
        return F.embedding(ids.clamp(min=0), self.words)

    def blank(self, words: Tensor) -> Tensor:
        """Return texts of as many padding tokens, in CLIP between the same two marks."""
        padding = self.words[self.padding]
        if not self.causal:
            return padding.expand_as(words)
        return torch.cat([words[:, :1], padding.expand_as(words[:, 1:-1]), words[:, -1:]], dim=1)

    def read(self, words: Tensor, there: Tensor) -> tuple[Tensor, ...]:
        """Return vectors, sums and terms of words from `embed`, ``there`` or filling: (n, tokens), bool."""
        followed = torch.cat([there[:, 1:], torch.zeros_like(there[:, :1])], dim=1)
        asks = (there & ~followed).float()[:, :, None]
        return self.tower.read(self._placed(words), asks, self._unseen(there))

    def attentions(self, ids: Tensor) -> Tensor:
        """Return the attention of each layer, averaged over its heads, shape (layers, n, tokens, tokens)."""
        return self.tower.attentions(self._placed(self.embed(ids)), self._unseen(ids >= 0))

    def finish(self, pooled: Tensor) -> Tensor:
        """Return the vectors (n, p) of sums (n, d)."""
        return self.tower.finish(pooled)

    def _placed(self, words: Tensor) -> Tensor:
        return words + self.places[: words.shape[1]]

    def _unseen(self, there: Tensor) -> Tensor:
        """Return what is added to the scores, shape (n, 1, tokens, tokens): 0, or so little that nothing is left."""
        place = torch.arange(there.shape[1], device=there.device)
        later = (place[None, :] > place[:, None])[None] if self.causal else torch.zeros_like(there)[:, :, None]
        return ((later | ~there[:, None, :]).float() * -1e9)[:, None]


def load_text_tower(folder: ModelFolder) -> TextTower:
    """Return the text tower of a folder.

    Parameters
    ----------
    folder : ModelFolder

    Returns
    -------
    TextTower
        In evaluation mode.

    Raises
    ------
    InputError
        Code ``encoder-unusable``.
    """
    told = read_object(folder.path / CONFIG).get("text_config")
    config = told if isinstance(told, dict) else {}
    filled = folder.pooling == "filled"
    try:
        padding = open_filled(folder.path, folder.digest).filling if filled else int(config.get("pad_token_id") or 0)
        net = TextTower(Tensors(read_tensors(folder.path)), config, SIGLIP if filled else CLIP, padding).eval()
        with torch.inference_mode():  # tensors of wrong shapes are told here, and not by what runs the network
            vector = net(torch.zeros(1, 2, dtype=torch.int64))[0]
    except KeyError as error:
        raise refuse(folder.path, f"{WEIGHTS} lacks tensors, such as {error}") from error
    except (ValueError, TypeError, RuntimeError, IndexError) as error:
        raise refuse(folder.path, f"the weights make no text tower: {str(error)[:200]}") from error
    if not bool(torch.isfinite(vector).all()):
        raise refuse(folder.path, "its vectors hold numbers that are not finite")
    return net
