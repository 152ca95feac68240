"""Tables and workbooks that come in and go out, and the documents behind them."""
