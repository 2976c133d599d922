"""What goes out of the warehouse. Here so far: letters and mail to the bodies (`letters`)."""
