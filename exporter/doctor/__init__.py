"""The doctor: tries out a configuration and its tenants step by step, and says what is wrong and what helps.

``visit`` brings doctor and tenant together, ``examination`` tries, ``sockets`` reaches below HTTP. What came of it
becomes findings in ``network``, ``credential``, ``fleet``, ``load`` and ``skew``, which decide about values only.
"""

from exporter.doctor.finding import Finding, Result, Step
from exporter.doctor.visit import examine

__all__ = ["Finding", "Result", "Step", "examine"]
