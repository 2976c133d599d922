{{ code_list_dimension('area') }}
