"""The library behind the commands, as `import tcpverify` offers it."""
