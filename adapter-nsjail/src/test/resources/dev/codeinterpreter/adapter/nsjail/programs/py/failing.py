print("before the failure")
print([][0])
