#!/usr/bin/env python3
"""Golden values for GoldenStepTests: three training steps of a small FCN in PyTorch, in double precision.

    python3 tests/golden/step.py        writes step.json beside this script (Debian: apt-get install python3-torch)

The network, its first weights and its batch are the formulas of GoldenNetwork.cs; everything that a step does (input scaling, batch norm
and its running statistics, learned and fixed bilinear enlargement, auxiliary loss, class weights, label smoothing, hard examples,
optimisers, moving average of the weights) is PyTorch's own or written from the paper's formula.
"""
import json, math, os
import torch, torch.nn.functional as F

torch.set_default_dtype(torch.float64)
N, SIDE, K, IGNORE = 2, 32, 5, 255
WEIGHTS = [1.0, 0.5, 2.0, 3.0, 1.5]
STEPS, DECAY = 3, 0.9
MEAN = [103.9, 116.8, 123.7]  # B, G, R: what the FCN authors subtract

CASES = {
    "adamw, ce with smoothing and auxiliary loss": dict(optimizer="adamw", rate=0.01, decay=0.1, loss="ce", smoothing=0.1, aux=0.4),
    "sgd, hard examples": dict(optimizer="sgd", rate=0.05, decay=0.05, loss="ohem", smoothing=0.0, aux=0.0),
    "adamw, squared error": dict(optimizer="adamw", rate=0.01, decay=0.0, loss="l2", smoothing=0.0, aux=0.3),
}


def shapes():
    """Parameters in the order in which the network declares them: name, shape, kind."""
    result = []
    for name, before, channels in (("a", 3, 6), ("b", 6, 8), ("c", 8, 8)):
        result += [(name + ".weight", (channels, before, 3, 3), "weight"),
                   (name + ".gamma", (channels,), "offset"), (name + ".beta", (channels,), "offset"),
                   (name + ".mean", (channels,), "statistic"), (name + ".variance", (channels,), "statistic")]
    result += [("score8.weight", (K, 8, 1, 1), "weight"), ("score8.bias", (K,), "offset"), ("up4.weight", (K, K, 4, 4), "weight"),
               ("score4.weight", (K, 8, 1, 1), "weight"), ("score4.bias", (K,), "offset")]
    return result


def first(j, name, shape):
    """First values: element i of parameter j."""
    if name == "up4.weight":
        kernel = torch.tensor([0.25, 0.75, 0.75, 0.25])  # bilinear by 2
        return torch.einsum("ij,y,x->ijyx", torch.eye(K), kernel, kernel)
    i = torch.arange(math.prod(shape), dtype=torch.float64)
    wave = torch.sin(1.7 * i + 0.9 * j).reshape(shape)
    return {"weight": 0.5 * wave, "gamma": 1 + 0.2 * wave, "variance": 1 + 0.3 * wave * wave}.get(name.split(".")[1], 0.2 * wave)


def batch(step):
    i = torch.arange(N * SIDE * SIDE * 3)
    frame = ((i * i * 7 + i * 31 + step * 57) % 256).reshape(N, SIDE, SIDE, 3)
    i = torch.arange(N * SIDE * SIDE)
    labels = torch.where(i % 23 == 0, torch.tensor(IGNORE), (i // 5 + i // 64 + step) % K).reshape(N, SIDE, SIDE)
    return frame, labels


def forward(p, statistics, frame):
    x = frame.permute(0, 3, 1, 2).double() - torch.tensor(MEAN).reshape(1, 3, 1, 1)
    x = x / 58.0
    features = {}
    for name in "abc":
        x = F.conv2d(x, p[name + ".weight"], stride=2, padding=1)
        mean, variance = statistics[name + ".mean"], statistics[name + ".variance"]
        x = F.batch_norm(x, mean, variance, p[name + ".gamma"], p[name + ".beta"], training=True, momentum=0.1)
        features[name] = x = F.relu(x)
    coarse = F.conv2d(features["c"], p["score8.weight"], p["score8.bias"])
    fine = F.conv_transpose2d(coarse, p["up4.weight"], stride=2, padding=1) + F.conv2d(features["b"], p["score4.weight"], p["score4.bias"])
    return F.interpolate(fine, scale_factor=4, mode="bilinear", align_corners=False), coarse


def loss_of(case, logits, labels):
    known = labels != IGNORE
    weight = torch.tensor(WEIGHTS)[torch.where(known, labels, 0)] * known
    target = F.one_hot(torch.where(known, labels, 0), K).permute(0, 3, 1, 2).double()
    log_p = F.log_softmax(logits, 1)
    if case["loss"] == "l2":
        return (((log_p.exp() - target) ** 2).sum(1) * weight).sum() / weight.sum()
    if case["loss"] == "ohem":
        hard = weight * ((log_p * target).sum(1) < math.log(0.7))
        weight = weight if hard.sum() < weight.sum() / 16 else hard
    target = target * (1 - case["smoothing"]) + case["smoothing"] / K
    return (-(target * log_p).sum(1) * weight).sum() / weight.sum()


def run(case):
    names = shapes()
    values = {name: first(j, name, shape) for j, (name, shape, _) in enumerate(names)}
    statistics = {n: values[n] for n, _, kind in names if kind == "statistic"}
    p = {n: values[n].clone().requires_grad_() for n, _, kind in names if kind != "statistic"}
    groups = [dict(params=[p[n] for n, _, kind in names if kind == "weight"], weight_decay=case["decay"]),
              dict(params=[p[n] for n, _, kind in names if kind == "offset"], weight_decay=0.0)]
    is_adam = case["optimizer"] == "adamw"
    optimizer = torch.optim.AdamW(groups, lr=case["rate"]) if is_adam else torch.optim.SGD(groups, lr=case["rate"], momentum=0.9)
    average = {n: values[n].clone() for n, _, _ in names}
    losses = []
    for step in range(STEPS):
        frame, labels = batch(step)
        logits, coarse = forward(p, statistics, frame)
        loss = loss_of(case, logits, labels)
        if case["aux"] > 0:
            loss = loss + case["aux"] * loss_of(case, coarse, labels[:, 4::8, 4::8])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        d = min(DECAY, (1 + step) / (10 + step))
        for n in average:
            average[n] = d * average[n] + (1 - d) * (p[n].detach() if n in p else statistics[n])
    state = {**{n: v.detach() for n, v in p.items()}, **statistics, **{"average/" + n: v for n, v in average.items()}}
    return dict(case, losses=losses, state={n: summary(v.flatten()) for n, v in state.items()})


def summary(v):
    """Four numbers that a change of any element moves: mean, mean magnitude, a mean with changing weights, and the last element."""
    ramp = torch.arange(1, len(v) + 1, dtype=torch.float64) / len(v)
    return [v.mean().item(), v.abs().mean().item(), (v * ramp).mean().item(), v[-1].item()]


if __name__ == "__main__":
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "step.json")
    with open(path, "w") as f:
        json.dump({name: run(case) for name, case in CASES.items()}, f, indent=1)
        f.write("\n")
