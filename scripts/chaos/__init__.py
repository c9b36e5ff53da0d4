"""Every bad day at once: random histories on real processes and data, and both ledgers compared.

A `run` draws from its seed what people do (`workload`: by a `clerk`, by `people` at browsers, by
`answers` to what the engine asks) and what breaks meanwhile (`fault_schedule`, `shaken_machine`). A
`model` knows what must come out, and the `checker` holds the stand-in's books against it. `make
chaos` starts a run; the real run borrows its `fault_injector`.
"""
