"""From the printed figures of one comparison or group to an effect: every route, and which one is taken."""
