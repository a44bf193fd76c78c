module testbed/toolbox

go 1.26
