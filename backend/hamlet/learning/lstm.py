"""An LSTM over time in which single lanes may begin a new life in the middle.

`torch.nn.LSTM` cannot wipe the memory of one lane inside a sequence, and a Python loop under autograd costs about three
times as much as this: the two passes written out. Gate order as torch's: input, forget, cell, output.
"""

from typing import Any

import torch
from torch import Tensor


class _LSTMOverTime(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, inputs: Tensor, h0: Tensor, c0: Tensor, keep: Tensor, weight: Tensor
    ) -> tuple[Tensor, Tensor]:
        T, lanes, width = inputs.shape[0], inputs.shape[1], inputs.shape[2] // 4
        gates = torch.empty_like(inputs)
        hs, cs = inputs.new_empty((T, lanes, width)), inputs.new_empty((T, lanes, width))
        h_in, c_in = torch.empty_like(hs), torch.empty_like(cs)
        h, c, transposed = h0, c0, weight.t()
        for t in range(T):
            k = keep[t].unsqueeze(1)
            torch.mul(h, k, out=h_in[t])
            torch.mul(c, k, out=c_in[t])
            z = torch.addmm(inputs[t], h_in[t], transposed, out=gates[t])
            z[:, : 2 * width].sigmoid_()
            z[:, 2 * width : 3 * width].tanh_()
            z[:, 3 * width :].sigmoid_()
            i, f, g, o = torch.split(z, width, dim=1)
            c = torch.addcmul(f * c_in[t], i, g, out=cs[t])
            h = torch.mul(o, c.tanh(), out=hs[t])
        ctx.save_for_backward(gates, cs, h_in, c_in, keep, weight)
        return hs, cs[-1].clone()

    @staticmethod
    def backward(ctx: Any, grad_hs: Tensor, grad_last_c: Tensor) -> tuple[Tensor | None, ...]:
        gates, cs, h_in, c_in, keep, weight = ctx.saved_tensors
        T, _, width = cs.shape
        grad_z = torch.empty_like(gates)
        grad_h, grad_c = torch.zeros_like(cs[0]), grad_last_c.clone()
        tanh_c = cs.tanh()
        for t in range(T - 1, -1, -1):
            i, f, g, o = torch.split(gates[t], width, dim=1)
            grad_h = grad_h + grad_hs[t]
            grad_c = grad_c + grad_h * o * (1 - tanh_c[t].square())
            di, df, dg, do = torch.split(grad_z[t], width, dim=1)
            torch.mul(grad_c * g, i * (1 - i), out=di)
            torch.mul(grad_c * c_in[t], f * (1 - f), out=df)
            torch.mul(grad_c * i, 1 - g.square(), out=dg)
            torch.mul(grad_h * tanh_c[t], o * (1 - o), out=do)
            k = keep[t].unsqueeze(1)
            grad_h = grad_z[t].mm(weight) * k
            grad_c = grad_c * f * k
        flat = grad_z.view(-1, 4 * width)
        grad_weight = flat.t().mm(h_in.view(-1, width))
        return grad_z, grad_h, grad_c, None, grad_weight


def lstm_over_time(inputs: Tensor, h0: Tensor, c0: Tensor, keep: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
    """Run an LSTM over T steps.

    inputs (T, lanes, 4 * width): W_ih x + b_ih + b_hh; h0, c0 (lanes, width): the memory before the first step; keep
    (T, lanes): 0.0 wipes a lane's memory before that step, 1.0 keeps it; weight (4 * width, width): W_hh.
    Returns h (T, lanes, width) and c after the last step.
    """
    hs, last_c = _LSTMOverTime.apply(  # type: ignore[no-untyped-call]
        inputs, h0, c0, keep, weight
    )
    return hs, last_c
