"""The embedded policy's network: a Llama decoder with tied embeddings, for training and sampling.

Parameters are named as in Hugging Face's `LlamaForCausalLM`, whose logits it equals. A small head
beside it reads whether a step is right; it helps training and is not exported.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as fn


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Sizes of the network."""

    vocabulary: int = 704
    """Number of tokens."""
    width: int = 192
    """Size of the residual stream."""
    layers: int = 4
    """Number of blocks."""
    heads: int = 4
    """Attention heads; `width / heads` is even."""
    hidden: int = 512
    """Size inside a feed-forward block."""
    positions: int = 1024
    """Longest sequence, in tokens."""
    theta: float = 10_000.0
    """Base of the rotary embedding."""
    epsilon: float = 1e-5
    """Added to the mean square of a norm."""


_GROWTH = 64  # tokens that a cache grows by: growing copies it


class LayerCache:
    """Keys and values of one layer, [batch, heads, tokens, head size]. Mutable."""

    def __init__(self) -> None:
        """Start empty."""
        self._kept: list[Tensor] = []
        self._length = 0

    def extend(self, keys: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """Take in further tokens; return all keys and all values."""
        end = self._length + keys.shape[2]
        if not self._kept or self._kept[0].shape[2] < end:
            self._grow((keys, values), end + _GROWTH)
        for kept, new in zip(self._kept, (keys, values), strict=True):
            kept[:, :, self._length : end] = new
        self._length = end
        return self._kept[0][:, :, :end], self._kept[1][:, :, :end]

    def _grow(self, like: tuple[Tensor, Tensor], capacity: int) -> None:
        batch, heads, _, size = like[0].shape
        grown = [new.new_zeros((batch, heads, capacity, size)) for new in like]
        for old, new in zip(self._kept, grown, strict=False):
            new[:, :, : self._length] = old[:, :, : self._length]
        self._kept = grown

    def keep(self, rows: Tensor) -> None:
        """Drop all other rows."""
        self._kept = [kept[rows] for kept in self._kept]


Cache = list[LayerCache]
"""One for each layer."""


class Norm(nn.Module):
    """RMSNorm."""

    def __init__(self, shape: Shape) -> None:
        """Start with weights of one."""
        super().__init__()
        self.weight = nn.Parameter(torch.ones(shape.width))
        self.epsilon = shape.epsilon

    def forward(self, x: Tensor) -> Tensor:
        """Return `x` over its root mean square, times the weight."""
        return fn.rms_norm(x, (x.shape[-1],), self.weight, self.epsilon)


def _rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    left, right = x.chunk(2, dim=-1)
    return x * cos + torch.cat((-right, left), dim=-1) * sin


class Attention(nn.Module):
    """Causal self-attention with rotary positions."""

    def __init__(self, shape: Shape) -> None:
        """Make the four projections, none with a bias."""
        super().__init__()
        self.heads = shape.heads
        self.q_proj = nn.Linear(shape.width, shape.width, bias=False)
        self.k_proj = nn.Linear(shape.width, shape.width, bias=False)
        self.v_proj = nn.Linear(shape.width, shape.width, bias=False)
        self.o_proj = nn.Linear(shape.width, shape.width, bias=False)

    def forward(
        self,
        x: Tensor,
        rotary: tuple[Tensor, Tensor],
        cache: LayerCache | None,
        mask: Tensor | None,
    ) -> Tensor:
        """Return the mixed stream; the cache, if any, is extended."""
        batch, tokens, width = x.shape
        weight = torch.cat((self.q_proj.weight, self.k_proj.weight, self.v_proj.weight))
        mixed = fn.linear(x, weight).view(batch, tokens, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        q, k, v = _rotate(mixed[0], *rotary), _rotate(mixed[1], *rotary), mixed[2]
        q, k = q.to(v.dtype), k.to(v.dtype)
        if cache is not None:
            k, v = cache.extend(k, v)
        causal = mask is None and tokens > 1
        out = fn.scaled_dot_product_attention(q, k, v, attn_mask=mask, is_causal=causal)
        return self.o_proj(out.transpose(1, 2).reshape(batch, tokens, width))


class FeedForward(nn.Module):
    """SwiGLU."""

    def __init__(self, shape: Shape) -> None:
        """Make the three projections, none with a bias."""
        super().__init__()
        self.gate_proj = nn.Linear(shape.width, shape.hidden, bias=False)
        self.up_proj = nn.Linear(shape.width, shape.hidden, bias=False)
        self.down_proj = nn.Linear(shape.hidden, shape.width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Return the output of the block."""
        weight = torch.cat((self.gate_proj.weight, self.up_proj.weight))
        gate, up = fn.linear(x, weight).chunk(2, dim=-1)
        return self.down_proj(fn.silu(gate) * up)


class Block(nn.Module):
    """One layer: attention, then feed-forward, each on a normed stream."""

    def __init__(self, shape: Shape) -> None:
        """Make both halves."""
        super().__init__()
        self.input_layernorm = Norm(shape)
        self.self_attn = Attention(shape)
        self.post_attention_layernorm = Norm(shape)
        self.mlp = FeedForward(shape)

    def forward(
        self,
        x: Tensor,
        rotary: tuple[Tensor, Tensor],
        cache: LayerCache | None,
        mask: Tensor | None,
    ) -> Tensor:
        """Return the stream after the layer."""
        x = x + self.self_attn(self.input_layernorm(x), rotary, cache, mask)
        return x + self.mlp(self.post_attention_layernorm(x))


class Decoder(nn.Module):
    """Embedding, layers and the last norm."""

    def __init__(self, shape: Shape) -> None:
        """Make the parts."""
        super().__init__()
        self.embed_tokens = nn.Embedding(shape.vocabulary, shape.width)
        self.layers = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.norm = Norm(shape)


class Network(nn.Module):
    """The whole network; `model.*` is what is exported."""

    def __init__(self, shape: Shape) -> None:
        """Draw the start weights from torch's generator."""
        super().__init__()
        self.shape = shape
        self.model = Decoder(shape)
        self.truth = nn.Linear(shape.width, 3)
        for name, weight in self.named_parameters():
            if weight.ndim > 1:
                deep = name.endswith(("o_proj.weight", "down_proj.weight"))
                nn.init.normal_(weight, std=0.02 if not deep else 0.02 / (2 * shape.layers) ** 0.5)
        half = shape.width // shape.heads // 2
        speed = shape.theta ** (-torch.arange(half) / half)
        angles = torch.outer(torch.arange(shape.positions), speed).repeat(1, 2)
        self.cos: Tensor
        self.sin: Tensor
        self.register_buffer("cos", angles.cos(), persistent=False)
        self.register_buffer("sin", angles.sin(), persistent=False)

    def stream(
        self,
        ids: Tensor,
        positions: Tensor | None = None,
        cache: Cache | None = None,
        mask: Tensor | None = None,
    ) -> Tensor:
        """Return the normed stream of these tokens, [batch, tokens, width].

        Args:
            ids: Token ids. [batch, tokens]
            positions: Their places, [batch, tokens]; None counts from 0.
            cache: Keys and values of the tokens before, which is extended, or None.
            mask: True where a query may look, [batch, 1, tokens, all tokens]; None is causal.
        """
        if positions is None:
            rotary = self.cos[: ids.shape[1]], self.sin[: ids.shape[1]]
        else:
            rotary = self.cos[positions][:, None], self.sin[positions][:, None]
        x = self.model.embed_tokens(ids)
        for index, layer in enumerate(self.model.layers):
            x = layer(x, rotary, None if cache is None else cache[index], mask)
        return self.model.norm(x)

    def logits(self, stream: Tensor) -> Tensor:
        """Return the logits of the next token."""
        return fn.linear(stream, self.model.embed_tokens.weight)
