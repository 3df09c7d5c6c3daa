package consent

default cleared := false

# What holds is counted, since regorus 0.14's virtual machine passes an `every` that fails.
cleared if {
	consents := data.streams[input.stream]
	held := [purpose |
		some purpose in input.purposes
		consents[purpose].since <= input.captured
		input.released < consents[purpose].until
	]
	count(held) == count(input.purposes)
}
