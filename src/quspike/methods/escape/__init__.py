"""spike `escape`: clicks of a detector with a soft edge, their register, and their intervals without Monte Carlo."""
