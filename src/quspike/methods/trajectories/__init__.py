"""Method `trajectories`: pure states that jump or diffuse, whose average is the equation of their parent."""
