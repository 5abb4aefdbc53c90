"""Fakes of the ports, with memory; the contract suites hold them to the same promises."""
