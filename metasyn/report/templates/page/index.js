// The list of reports has a button for the colours, no more.
startTheme();
