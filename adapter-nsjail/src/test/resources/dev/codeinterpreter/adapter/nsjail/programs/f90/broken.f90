program broken
  implicit none
  value = 1
end program broken
