"""Documents and what people say of themselves, kept equal with everybody's. Pure: clock and chance are passed in."""
