"""What the suites share: servers to start and stop, and blunt ways to speak to them."""
