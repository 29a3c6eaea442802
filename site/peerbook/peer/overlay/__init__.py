"""How envelopes and questions travel between neighbours. Pure: clock and chance are passed in."""
