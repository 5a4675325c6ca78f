# Commands for a fresh machine. Each installs what is missing, builds, and runs.

.PHONY: demo test test-versions

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

# The suite with servers and clients of PostgreSQL 13 to 18, which are fetched into DIR: 800 MB, and minutes for each version.
test-versions:
	@.ci/install-needs tests
	tests/versions.sh $(or $(DIR),$(error give the directory to fetch PostgreSQL into: make test-versions DIR=/some/directory))
