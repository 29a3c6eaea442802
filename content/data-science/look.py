"""Our look for matplotlib: warm paper, calm colours, room to breathe. `import look` is enough."""

import matplotlib.pyplot as plt

GREEN = "#1f6f54"
LEAF = "#9bc48b"
ORANGE = "#e08a3c"
BLUE = "#35739b"
SKY = "#a8d1de"
RED = "#c4513a"
INK = "#26302c"
PAPER = "#fbf5e6"

plt.rcParams.update(
    {
        "figure.figsize": (7.2, 4.2),  # inches, of 100 pixels each
        "figure.dpi": 100,
        "figure.facecolor": PAPER,
        "figure.constrained_layout.use": True,
        "figure.constrained_layout.h_pad": 0.14,  # inches
        "figure.constrained_layout.w_pad": 0.14,
        "savefig.facecolor": PAPER,
        "axes.facecolor": PAPER,
        "axes.edgecolor": "#b9b29d",
        "axes.labelcolor": INK,
        "axes.titlecolor": INK,
        "axes.titlelocation": "left",
        "axes.titlesize": 14,
        "axes.titlepad": 12,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "axes.grid": True,
        "axes.prop_cycle": plt.cycler(color=[GREEN, ORANGE, BLUE, RED, LEAF]),
        "grid.color": "#e6dcc4",
        "text.color": INK,
        "xtick.color": "#55615b",
        "ytick.color": "#55615b",
        "legend.frameon": False,
        "svg.hashsalt": "peerbook",  # the same picture gives the same file
    }
)
