{{ code_list_dimension('unit') }}
