# Two commands for a fresh machine. Each installs what is missing, builds, and runs.

.PHONY: demo test

# Where rustup puts cargo, for shells that have not been told.
export PATH := $(PATH):$(HOME)/.cargo/bin

# A throwaway Postgres with a sample shop, pgveil before it, and a tour. `make demo ARGS=--keep` leaves it running.
demo:
	@.ci/install-needs
	cargo run --release -- demo $(ARGS)

# The documentation's examples first: the suite's summary is what to read at the end.
test:
	@.ci/install-needs tests
	cargo test --doc --profile suite
	cargo nextest run --cargo-profile suite
