"""PyTorch's time on this machine for a plain fully convolutional network, the trainer's fcn4s over reslite.

    yardstick.py version             the installed version
    yardstick.py 480x360 2           median ms of a forward pass with two threads
"""

import statistics
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

CLASSES, WIDTHS, BLOCKS = 11, (24, 48, 96, 192, 256), (0, 1, 2, 2, 2)
WARM_UP, RUNS, STRIDE = 5, 20, 32


def convolution(inputs, outputs, stride=1):
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs))


class Block(nn.Module):
    """Two convolutions whose sum with their input is rectified."""

    def __init__(self, width):
        super().__init__()
        self.first, self.second = convolution(width, width), convolution(width, width)

    def forward(self, x):
        return F.relu(x + self.second(F.relu(self.first(x))))


class Fcn(nn.Module):
    """Scores at strides 32 to 4, each added to the enlarged coarser ones; the last enlargement is bilinear."""

    def __init__(self):
        super().__init__()
        stages = []
        for inputs, outputs, blocks in zip((3, *WIDTHS), WIDTHS, BLOCKS):
            stages.append(nn.Sequential(convolution(inputs, outputs, 2), nn.ReLU(), *(Block(outputs) for _ in range(blocks))))
        self.stages = nn.ModuleList(stages)
        self.heads = nn.ModuleList(nn.Conv2d(width, CLASSES, 1) for width in WIDTHS[1:])
        self.enlarge = nn.ModuleList(nn.ConvTranspose2d(CLASSES, CLASSES, 4, 2, 1, bias=False) for _ in WIDTHS[2:])

    def forward(self, x):
        features = []
        for stage in self.stages:
            x = stage(x)
            features.append(x)
        scores = self.heads[-1](features[-1])
        for i in range(len(self.enlarge) - 1, -1, -1):
            scores = self.enlarge[i](scores) + self.heads[i](features[i + 1])
        return F.interpolate(scores, scale_factor=4, mode="bilinear", align_corners=False).argmax(1)


def measure(width, height, threads):
    torch.set_num_threads(threads)
    network = Fcn().eval()
    image = torch.rand(1, 3, -(-height // STRIDE) * STRIDE, -(-width // STRIDE) * STRIDE)
    times = []
    with torch.no_grad():
        for _ in range(WARM_UP + RUNS):
            begin = time.perf_counter()
            network(image)
            times.append(1000 * (time.perf_counter() - begin))
    return statistics.median(times[WARM_UP:])


if __name__ == "__main__":
    if sys.argv[1:] == ["version"]:
        print(torch.__version__)
    else:
        columns, rows = sys.argv[1].split("x")
        print(measure(int(columns), int(rows), int(sys.argv[2])))
