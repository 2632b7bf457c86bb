# SPDX-License-Identifier: Apache-2.0
"""Client of Atelier, a workspace manager: its calls (in ``wire``), watch, and start and wait."""

from ._connection import CHANNEL_OPTIONS
from ._start import StartFailed, StartTimedOut, start_and_wait
from ._watch import Watch, watch

__all__ = ["CHANNEL_OPTIONS", "StartFailed", "StartTimedOut", "Watch", "start_and_wait", "watch"]
