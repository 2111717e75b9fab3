# Five entry points; `make run` and `make test` need nothing but a checkout, Rust, Node and Python.
.PHONY: run test bench proof lint
.DEFAULT_GOAL := run

run test bench proof lint:
	@scripts/$@
