module testbed/dify-stand-in

go 1.24
